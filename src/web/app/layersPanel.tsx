/** Why it works or fails: what goes through the layers, forward and back, as histograms that move. */
import { useComputed } from "@preact/signals";
import type { ActivityView, LayerView, Spread } from "../engine/api.ts";
import type { LayerHistogram } from "../kit/histogram.ts";
import { HistogramStack } from "../kit/histogramStack.tsx";
import { Panel } from "../kit/panel.tsx";
import { Columns, Stack } from "../kit/shell.tsx";
import { SpreadChart } from "../kit/spreadChart.tsx";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";

/** Gradients are small by nature: below this they move nothing. */
const STILL_GRADIENT = 1e-7;

export function LayersPanel({ playground }: { playground: Playground }) {
  const runs = playground.runs.value;
  const several = runs.length > 1;
  return (
    <Panel
      title="Why it works, or fails"
      description="What each layer passes on for 256 training samples, and the loss’s gradient by that."
    >
      <Stack large>
        <Columns>
          <Spreads runs={runs} what="outputs" label="Spread of the activations, layer by layer" />
          <Spreads runs={runs} what="gradients" label="Spread of the gradients, layer by layer" />
        </Columns>
        {runs.map((run, i) => (
          <Histograms key={run.slot} run={run} color={i} several={several} />
        ))}
      </Stack>
    </Panel>
  );
}

const stdsOf = (view: ActivityView | undefined, what: "outputs" | "gradients") =>
  view?.layers.map((layer) => layer[what].std) ?? [];

function Spreads({
  runs,
  what,
  label,
}: {
  runs: readonly Run[];
  what: "outputs" | "gradients";
  label: string;
}) {
  const series = useComputed(() =>
    runs
      .filter((run) => run.views.activity.value !== undefined)
      .map((run) => ({
        label: runs.length > 1 ? run.slot.toUpperCase() : "now; faint: at first",
        stds: stdsOf(run.views.activity.value, what),
        first: stdsOf(run.views.firstActivity.value, what),
        color: runs.indexOf(run),
      })),
  );
  const layers = runs
    .map((run) => run.views.activity.value?.layers.map(({ label: name }) => name) ?? [])
    .reduce((longest, each) => (each.length > longest.length ? each : longest), []);
  return (
    <div>
      <h3 class="chart-title">{label}</h3>
      <SpreadChart
        label={label}
        layers={layers}
        series={series}
        {...(what === "gradients" && { deadBelow: STILL_GRADIENT })}
      />
    </div>
  );
}

function histogramOf(
  layer: LayerView,
  spread: Spread,
  [min, max]: readonly [number, number],
): LayerHistogram {
  return {
    name: layer.label === "output" ? "output" : `layer ${layer.label}`,
    ...{ counts: spread.counts, min, max, std: spread.std },
  };
}

const outputsOf = (view: ActivityView | undefined) =>
  view?.layers.map((layer) => ({
    ...histogramOf(layer, layer.outputs, view.outputRange),
    zeros: layer.dead,
  }));
const gradientsOf = (view: ActivityView | undefined) =>
  view?.layers.map((layer) => histogramOf(layer, layer.gradients, view.gradientRange));

function Histograms({ run, color, several }: { run: Run; color: number; several: boolean }) {
  const { activity, firstActivity } = run.views;
  const outputs = useComputed(() => outputsOf(activity.value) ?? []);
  const firstOutputs = useComputed(() => outputsOf(firstActivity.value));
  const gradients = useComputed(() => gradientsOf(activity.value) ?? []);
  const firstGradients = useComputed(() => gradientsOf(firstActivity.value));
  const name = several ? `${run.slot.toUpperCase()}: ` : "";
  const rows = (run.prepared.value?.settings.layers?.length ?? 4) + 1;
  return (
    <Columns>
      <div>
        <h3 class="chart-title">{`${name}activations`}</h3>
        <HistogramStack
          label={`${name}activations`}
          layers={outputs}
          first={firstOutputs}
          range={[-3, 3]}
          ends
          xLabel="activation"
          color={color}
          rows={rows}
        />
      </div>
      <div>
        <h3 class="chart-title">{`${name}gradients`}</h3>
        <HistogramStack
          label={`${name}gradients`}
          layers={gradients}
          first={firstGradients}
          range={[-10, 0]}
          scale="log10"
          xLabel="size of the gradient"
          color={color}
          rows={rows}
          deadBelow={STILL_GRADIENT}
        />
      </div>
    </Columns>
  );
}
