/** The gallery's charts in motion: a training that is made up, a step a frame. */
import { computed, signal } from "@preact/signals";
import { exp } from "../../math.ts";
import {
  Button,
  Columns,
  HistogramStack,
  type LayerHistogram,
  LineChart,
  Panel,
  Progress,
  SpreadChart,
  Stat,
  Stats,
  steadyText,
} from "../kit/index.ts";
import { layersOf } from "./data.ts";

const STEPS = 600;
const step = signal(0);
const running = signal(false);

const start = layersOf(9, 0.9, 70);
const names = start.map(({ name }) => name);

/** The layers after so many steps: each shrinks faster than the one before. */
function layersAt(at: number): LayerHistogram[] {
  return start.map((layer, i) => {
    const shrink = exp((-at / STEPS) * i * 1.1);
    return { ...layer, min: layer.min * shrink, max: layer.max * shrink, std: layer.std * shrink };
  });
}

const layers = computed(() => layersAt(step.value));
const x = computed(() => Array.from({ length: step.value }, (_, i) => i + 1));
const loss = computed(() => [
  { label: "training", values: x.value.map((i) => 0.6 + 1.7 * exp(-i / 150)), color: 0 },
  {
    label: "validation",
    values: x.value.map((i) => 0.8 + 1.5 * exp(-i / 130) + i / 3000),
    color: 0,
    dash: true,
    mark: "min" as const,
  },
]);
const spread = computed(() => [
  { label: "now", stds: layers.value.map(({ std }) => std), first: start.map(({ std }) => std), color: 1 },
]);
const share = computed(() => step.value / STEPS);
const text = computed(() => `step ${step.value} of ${STEPS}`);
const last = computed(() => steadyText(0.6 + 1.7 * exp(-step.value / 150)));

function tick(): void {
  if (!running.peek()) return;
  step.value = Math.min(STEPS, step.peek() + 1);
  if (step.peek() === STEPS) running.value = false;
  else requestAnimationFrame(tick);
}

function toggle(): void {
  if (step.peek() === STEPS) step.value = 0;
  running.value = !running.peek();
  tick();
}

export const Live = () => (
  <Columns wide>
    <Panel
      title="In motion"
      actions={
        <Button kind="primary" small icon={running.value ? "pause" : "play"} onClick={toggle}>
          {running.value ? "Pause" : "Play"}
        </Button>
      }
    >
      <Stats>
        <Stat label="Loss" value={last} />
      </Stats>
      <LineChart
        label="Loss in motion"
        x={x}
        series={loss}
        xLabel="step"
        xRange={[0, STEPS]}
        yRange={[0.5, 2.5]}
      />
      <Progress label="Training in motion" value={share} text={text} />
      <SpreadChart label="Spread in motion" layers={names} series={spread} />
    </Panel>
    <Panel title="Layers in motion">
      <HistogramStack label="Activations in motion" layers={layers} first={start} color={1} />
    </Panel>
  </Columns>
);
