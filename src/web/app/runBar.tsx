/** The bar with which a training is begun, held, taken step by step and ended; and how far it is. */
import { useComputed } from "@preact/signals";
import { Button, IconButton } from "../kit/button.tsx";
import { durationText, wholeText } from "../kit/format.ts";
import { Progress } from "../kit/progress.tsx";
import { Select } from "../kit/select.tsx";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";

const SPEEDS = [
  { value: "0", label: "Full speed" },
  { value: "1000", label: "1,000 steps/s" },
  { value: "300", label: "300 steps/s" },
  { value: "60", label: "60 steps/s" },
  { value: "10", label: "10 steps/s" },
];

export function RunBar({ playground }: { playground: Playground }) {
  const runs = playground.runs.value;
  const phases = runs.map((run) => run.phase.value);
  const isUnderWay = playground.isUnderWay.value;
  const waits = phases.some((phase) => phase === "paused");
  const cannot = !isUnderWay && !playground.canTrain.value;
  const hasTrained = phases.some((phase) => phase === "done" || phase === "failed");
  return (
    <>
      <div class="run-actions">
        {isUnderWay && !waits ? (
          <Button kind="primary" icon="pause" wide onClick={() => playground.pause()} keyShortcuts="p">
            Pause
          </Button>
        ) : (
          <Button
            kind="primary"
            icon="play"
            wide
            disabled={cannot}
            onClick={() => playground.train()}
            keyShortcuts="t"
          >
            {waits ? "Go on" : hasTrained ? "Train again" : "Train"}
          </Button>
        )}
        <IconButton
          icon="step"
          label="One step"
          disabled={cannot || (isUnderWay && !waits)}
          onClick={() => playground.step()}
        />
        <IconButton icon="stop" label="Cancel" disabled={!isUnderWay} onClick={() => playground.cancel()} />
        <div class="run-speed">
          <Select
            label="Speed"
            labelHidden
            value={String(playground.speed.value)}
            choices={SPEEDS}
            onChange={(value) => {
              playground.speed.value = Number(value);
            }}
          />
        </div>
      </div>
      <div class="run-progress">
        {runs.map((run) => (
          <RunProgress key={run.slot} run={run} name={runs.length > 1 ? run.slot.toUpperCase() : undefined} />
        ))}
      </div>
    </>
  );
}

function RunProgress({ run, name }: { run: Run; name: string | undefined }) {
  const value = useComputed(() => {
    const { epoch, epochs, step, steps } = run.position.value;
    if (run.phase.value === "starting") return run.reading.value;
    if (run.phase.value === "done" && run.end.value?.interrupted === false) return 1;
    return epochs === 0 || steps === 0 ? 0 : (Math.max(0, epoch - 1) + step / steps) / epochs;
  });
  const text = useComputed(() => (name === undefined ? wordsOf(run) : `${name}: ${briefly(run)}`));
  return (
    <Progress
      label={name === undefined ? "Training" : `Training ${name}`}
      value={value}
      text={text}
      paused={run.phase.value !== "training" && run.phase.value !== "starting"}
    />
  );
}

/** "epoch 3 of 20". */
function placeOf(run: Run): string {
  const { epoch, epochs } = run.position.value;
  return `epoch ${wholeText(epoch)} of ${wholeText(epochs)}`;
}

/** As much as has room beside another: the pace stands over the curves. */
function briefly(run: Run): string {
  const phase = run.phase.value;
  if (phase === "idle") {
    const { epochs, stepsPerEpoch } = run.prepared.value ?? {};
    return epochs === undefined
      ? "not trained yet"
      : `${wholeText(epochs)} epochs of ${stepsPerEpoch === 1 ? "1 step" : `${wholeText(stepsPerEpoch!)} steps`}`;
  }
  if (phase === "failed") return "failed";
  if (phase === "starting") return "reading …";
  if (phase === "paused") return `${placeOf(run)} · paused`;
  if (phase === "training") return placeOf(run);
  const end = run.end.value!;
  return end.interrupted ? `cancelled in ${placeOf(run)}` : `${wholeText(end.epochs)} epochs`;
}

/** "epoch 3 of 20 · 812 steps/s · 12 s left". */
function wordsOf(run: Run): string {
  const { epoch, epochs, step, steps } = run.position.value;
  const phase = run.phase.value;
  if (!["done", "training", "paused"].includes(phase)) return briefly(run);
  const place = placeOf(run);
  if (phase === "paused") return `${place}, step ${wholeText(step)} of ${wholeText(steps)} · paused`;
  if (phase === "done") {
    const end = run.end.value!;
    const pace = `${wholeText(end.stepsPerSecond)} steps/s, ${end.threads === 1 ? "1 thread" : `${end.threads} threads`}`;
    return `${end.interrupted ? `cancelled in ${place}` : `${wholeText(end.epochs)} epochs`} · ${pace}`;
  }
  const pace = run.pace.value;
  if (pace === undefined) return place;
  const left = ((epochs - epoch) * steps + steps - step) / pace;
  return `${place} · ${wholeText(pace)} steps/s · ${durationText(left)} left`;
}
