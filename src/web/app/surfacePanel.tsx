/** The decision surface of networks of two features, as it bends. */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { PointsView, SurfaceView } from "../engine/api.ts";
import { EmptyState } from "../kit/emptyState.tsx";
import { Panel } from "../kit/panel.tsx";
import { Columns } from "../kit/shell.tsx";
import { SurfacePlot } from "../kit/surfacePlot.tsx";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";

export function SurfacePanel({ playground }: { playground: Playground }) {
  const runs = playground.runs.value;
  const shown = runs.filter((run) => (run.trained.value ?? run.prepared.value)?.features === 2);
  if (shown.length === 0) return null;
  return (
    <Panel
      title="Decision surface"
      description="What the network takes each point of the plane for. Filled points are trained on, hollow ones are not."
    >
      <Columns>
        {shown.map((run) => (
          <Surface key={run.slot} run={run} several={runs.length > 1} />
        ))}
      </Columns>
    </Panel>
  );
}

function Surface({ run, several }: { run: Run; several: boolean }) {
  const { points: seen, surface: view } = run.views;
  const surface = useComputed(() => view.value && planeOf(view.value));
  const points = useMemo(() => seen.value && pointsOf(seen.value), [seen.value]);
  const title = several ? <h3 class="chart-title">{run.slot.toUpperCase()}</h3> : null;
  const plane = view.value;
  if (points === undefined || plane === undefined) {
    return (
      <div>
        {title}
        <EmptyState icon="network" title="The first steps draw it" height={420} />
      </div>
    );
  }
  return (
    <div>
      {title}
      <SurfacePlot
        label={several ? `Decision surface of ${run.slot.toUpperCase()}` : "Decision surface"}
        names={run.trained.value?.classNames ?? []}
        surface={surface}
        points={points}
        xRange={plane.x}
        yRange={plane.y}
      />
    </div>
  );
}

const planeOf = ({ probabilities, side }: SurfaceView) => ({ columns: side, rows: side, probabilities });

/** Both sets of points as the plot takes them. */
function pointsOf({ train, test }: PointsView) {
  const [trained, tested] = [train.labels.length, test.labels.length];
  const count = trained + tested;
  const of = (i: number, feature: 0 | 1) =>
    i < trained ? train.values[2 * i + feature]! : test.values[2 * (i - trained) + feature]!;
  return {
    xs: Float32Array.from({ length: count }, (_, i) => of(i, 0)),
    ys: Float32Array.from({ length: count }, (_, i) => of(i, 1)),
    labels: Float32Array.from({ length: count }, (_, i) =>
      i < trained ? train.labels[i]! : test.labels[i - trained]!,
    ),
    test: Uint8Array.from({ length: count }, (_, i) => (i < trained ? 0 : 1)),
  };
}
