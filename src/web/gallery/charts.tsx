/** The gallery's charts. */
import { signal } from "@preact/signals";
import {
  Columns,
  HistogramStack,
  LineChart,
  Panel,
  Progress,
  SpreadChart,
  Stat,
  Stats,
  steadyText,
} from "../kit/index.ts";
import { power10 } from "../kit/log10.ts";
import { curves, layersOf, lossSeries } from "./data.ts";

const { x, series } = lossSeries(40);
const accuracy = series.map((one) => ({
  ...one,
  values: Array.from(one.values, (value) => 0.98 - 0.36 * value!),
  mark: one.mark && ("max" as const),
}));
const rate = [
  { label: "rate", values: x.map((i) => 0.00001 + 0.0999 * Math.abs(1 - ((i / 10) % 2))), color: 2 },
];
const short = curves(1, 5, 1);

const first = layersOf(9, 0.93, 20, true);
const alive = layersOf(9, 0.99, 21, true);
const dying = layersOf(9, 0.28, 22);
const names = alive.map(({ name }) => name.replace("layer ", ""));
const spreads = signal([
  { label: "with BN", stds: alive.map(({ std }) => std), first: first.map(({ std }) => std), color: 0 },
  { label: "without BN", stds: dying.map(({ std }) => std), color: 1, dash: true },
]);

const Lines = () => (
  <Columns wide>
    <Panel title="Loss" description="Two configurations on shared axes; the ring marks the best epoch.">
      <LineChart label="Loss" x={x} series={series} xRange={[0, 50]} sync="epochs" />
    </Panel>
    <Panel title="Accuracy">
      <LineChart
        label="Accuracy"
        x={x}
        series={accuracy}
        xRange={[0, 50]}
        yRange={[undefined, 1]}
        sync="epochs"
      />
    </Panel>
    <Panel title="Learning rate" description="On a logarithmic scale.">
      <LineChart
        label="Learning rate"
        x={x}
        series={rate}
        log
        height={160}
        sync="epochs"
        valueText={(value) => steadyText(value, 5)}
      />
    </Panel>
    <Panel title="Before the first epoch, and after one">
      <LineChart label="Loss" x={[]} series={[{ label: "training", values: [], color: 0 }]} height={120} />
      <LineChart
        label="Loss after an epoch"
        x={[1]}
        series={[{ label: "training", values: short.train.slice(0, 1), color: 0 }]}
        height={120}
      />
    </Panel>
  </Columns>
);

const twenty = layersOf(20, 0.85, 22);
/** Logarithms of the sizes of gradients, which fall from layer to layer. */
const gradients = layersOf(9, 1, 23).map((layer, i) => ({
  ...layer,
  min: layer.min * 0.4 - 2 - 0.6 * i,
  max: layer.max * 0.4 - 2 - 0.6 * i,
  std: power10(-2 - 0.6 * i),
}));

const MoreLayers = () => (
  <Columns wide>
    <Panel title="Twenty layers">
      <HistogramStack label="Twenty layers" layers={twenty} color={2} deadBelow={0.1} />
    </Panel>
    <Panel title="Before the first step">
      <HistogramStack label="No activations yet" layers={[]} rows={9} xLabel="activation" />
    </Panel>
    <Panel title="Gradients" description="On an axis of powers of ten.">
      <HistogramStack
        label="Gradients"
        layers={gradients}
        scale="log10"
        deadBelow={1e-6}
        xLabel="size of gradient"
      />
    </Panel>
  </Columns>
);

export const Charts = () => (
  <>
    <div id="charts" />
    <Panel title="Nine layers, epoch 12 of 20" description="CIFAR-10 in the page, on two threads.">
      <Stats>
        <Stat label="Cost" value="1.0234" note="best 1.0198 at epoch 11" />
        <Stat label="Accuracy" value="62.4" unit="%" note="validation" color={0} />
        <Stat label="Without BN" value="10.1" unit="%" tone="error" note="no better than chance" color={1} />
        <Stat label="Speed" value="2,841" unit="steps/s" />
        <Stat label="Time left" value="3 min 5 s" />
        <Stat label="Not yet" value="–" />
      </Stats>
    </Panel>
    <Lines />
    <Columns wide>
      <Panel title="Activations with BN" description="Each layer after ReLU; dots show the first step.">
        <HistogramStack
          label="Activations with BN"
          layers={alive}
          first={first}
          xLabel="activation"
          deadZeros={0.9}
        />
      </Panel>
      <Panel
        title="Activations without BN"
        description="The signal shrinks from layer to layer until nothing is left."
      >
        <HistogramStack
          label="Activations without BN"
          layers={dying}
          first={first}
          xLabel="activation"
          color={1}
        />
      </Panel>
    </Columns>
    <Columns wide>
      <Panel title="Spread of activations" description="Standard deviation, layer by layer.">
        <SpreadChart label="Spread of activations" layers={names} series={spreads} />
      </Panel>
      <Panel title="Before the first step">
        <SpreadChart
          label="Spread down to nothing"
          layers={names}
          series={[{ label: "dead", stds: [1, 1e-3, 1e-7, 1e-12, 1e-16, 0, 0, Number.NaN, 0], color: 3 }]}
          height={160}
        />
        <SpreadChart label="Spread before the first step" layers={names} series={[]} height={140} />
        <Progress label="Training" value={0.42} text="epoch 8 of 20 · 12 s left" />
      </Panel>
    </Columns>
    <MoreLayers />
  </>
);
