/** The first layer's weights as images: what each of its units looks for. */
import { useMemo } from "preact/hooks";
import { ImageGrid } from "../kit/imageGrid.tsx";
import { Panel } from "../kit/panel.tsx";
import { Columns } from "../kit/shell.tsx";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";

export function WeightsPanel({ playground }: { playground: Playground }) {
  const runs = playground.runs.value;
  const shown = runs.filter((run) => run.views.weights.value !== undefined);
  if (shown.length === 0) return null;
  return (
    <Panel
      title="First layer’s weights"
      description="Each image is what a unit of the first layer looks for. Grey is 0."
      collapsible
    >
      <Columns>
        {shown.map((run) => (
          <Weights key={run.slot} run={run} several={runs.length > 1} />
        ))}
      </Columns>
    </Panel>
  );
}

function Weights({ run, several }: { run: Run; several: boolean }) {
  const view = run.views.weights.value!;
  const { weights, shape, shown, units } = view;
  const [channels, height, width] = shape as [number, number, number];
  const images = useMemo(() => {
    const size = channels * height * width;
    return Array.from({ length: shown }, (_, unit) => ({
      pixels: weights.subarray(unit * size, (unit + 1) * size),
      caption: `unit ${unit + 1}`,
    }));
  }, [weights, shown, channels, height, width]);
  return (
    <div>
      {several && <h3 class="chart-title">{run.slot.toUpperCase()}</h3>}
      <ImageGrid
        label="First layer’s weights"
        {...{ images, channels, height, width }}
        scale="weights"
        size={48}
      />
      {shown < units && (
        <p class="small muted">
          The first {shown} of {units} units.
        </p>
      )}
    </div>
  );
}
