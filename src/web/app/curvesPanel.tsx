/** Live curves: loss, accuracy, cost and rate, all configurations on the same axes. */
import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { EpochRow } from "../../model/history.ts";
import { durationText, numberText, percentText, wholeText } from "../kit/format.ts";
import { LineChart } from "../kit/lineChart.tsx";
import type { LineSeries } from "../kit/linePlot.ts";
import { Panel } from "../kit/panel.tsx";
import { Columns } from "../kit/shell.tsx";
import { measureName } from "./names.ts";
import type { Playground } from "./playground.ts";
import type { Run, StepCurve } from "./run.ts";

const SYNC = "epochs";

/** A number of an evaluation, by its name. */
const measured = (row: EpochRow, set: "train" | "validation", name: string): number | undefined => {
  const value = (row[set] as unknown as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === "number" ? value : undefined;
};

/** The metrics that are one number each, as the rows have them. */
function metricsOf(runs: readonly Run[]): readonly string[] {
  const [first] = runs.flatMap((run) => run.rows.value);
  if (first === undefined) return [];
  return Object.entries(first.train)
    .filter(([name, value]) => typeof value === "number" && name !== "loss" && name !== "cost")
    .map(([name]) => name);
}

export interface CurvesPanelProps {
  readonly playground: Playground;
  /** Which of them. Default: "all". */
  readonly which?: "all" | "learning" | "others";
}

export function CurvesPanel({ playground, which = "all" }: CurvesPanelProps) {
  const runs = playground.runs.value;
  const epochs = Math.max(
    1,
    ...runs.map((run) => run.position.value.epochs || (run.prepared.value?.epochs ?? 1)),
  );
  const targets = runs[0]?.prepared.value?.targets ?? "classes";
  const metrics = metricsOf(runs);
  const metric = metrics[0] ?? (targets === "numbers" ? "rmse" : "accuracy");
  const isShare = ["accuracy", "f1Macro", "rocAuc", "precisionMacro", "recallMacro"].includes(metric);
  const shared = { runs, epochs };
  return (
    <Panel
      title={which === "others" ? "Cost and rate" : "Curves"}
      description="Solid: validation. Dashed: training."
      actions={which !== "others" && <Paces runs={runs} />}
    >
      <Columns>
        {which !== "others" && (
          <>
            <EpochChart {...shared} name="loss" label="Loss" />
            <EpochChart
              {...shared}
              name={metric}
              label={measureName(metric)}
              {...(isShare && { yRange: [0, 1] as const, valueText: (value: number) => percentText(value) })}
            />
          </>
        )}
        {which !== "learning" && (
          <>
            <EpochChart {...shared} name="cost" label="Cost: loss and penalty" />
            <RateChart runs={runs} epochs={epochs} />
          </>
        )}
      </Columns>
    </Panel>
  );
}

/** How fast several networks train, and how long yet: the run bar has no room for that. */
function Paces({ runs }: { readonly runs: readonly Run[] }) {
  const text = useComputed(() =>
    runs
      .map((run) => paceOf(run) && `${run.slot.toUpperCase()}: ${paceOf(run)}`)
      .filter(Boolean)
      .join(" · "),
  );
  return runs.length > 1 ? <span class="paces">{text}</span> : null;
}

function paceOf(run: Run): string | undefined {
  const end = run.end.value;
  if (end !== undefined) return `${wholeText(end.stepsPerSecond)} steps/s`;
  const pace = run.pace.value;
  if (pace === undefined || run.phase.value !== "training") return undefined;
  const { epoch, epochs, step, steps } = run.position.value;
  const left = ((epochs - epoch) * steps + steps - step) / pace;
  return `${wholeText(pace)} steps/s, ${durationText(left)} left`;
}

interface ChartProps {
  readonly runs: readonly Run[];
  readonly epochs: number;
}

/** A measure of the epochs' ends. */
function EpochChart({
  runs,
  epochs,
  name,
  label,
  yRange,
  valueText,
}: ChartProps & {
  readonly name: string;
  readonly label: string;
  readonly yRange?: readonly [number, number];
  readonly valueText?: (value: number) => string;
}) {
  const x = useComputed(() => {
    const last = Math.max(0, ...runs.map((run) => run.rows.value.at(-1)?.epoch ?? 0));
    return Array.from({ length: last }, (_, i) => i + 1);
  });
  const series = useComputed(() =>
    runs.flatMap((run, i): LineSeries[] => {
      const prefix = runs.length > 1 ? `${run.slot.toUpperCase()} ` : "";
      // Before the first row the data tell, so that the legend is as long from the start.
      const expected = ((run.trained.value ?? run.prepared.value)?.counts.validation ?? 0) > 0;
      const { value: rows } = run.rows;
      const hasValidation =
        rows.length === 0 ? expected : rows.some(({ validation }) => validation !== undefined);
      const sets = hasValidation ? (["validation", "train"] as const) : (["train"] as const);
      return sets.map((set) => ({
        label: `${prefix}${set === "train" ? "training" : "validation"}`,
        ...(runs.length > 1 && { short: set === "train" && hasValidation ? "" : run.slot.toUpperCase() }),
        values: run.rows.value.map((row) => measured(row, set, name) ?? null),
        color: i,
        dash: set === "train" && hasValidation,
      }));
    }),
  );
  return (
    <Titled title={label}>
      <LineChart
        label={label}
        x={x}
        series={series}
        xRange={[0, epochs]}
        sync={SYNC}
        height={200}
        {...(yRange && { yRange })}
        {...(valueText && { valueText })}
        emptyText="The first epoch’s end draws it."
      />
    </Titled>
  );
}

/** The learning rate of the steps. */
function RateChart({ runs, epochs }: ChartProps) {
  const x = useComputed(() => longest(runs)?.curve.value.at ?? []);
  const series = useComputed(() =>
    runs.map((run, i) => ({
      label: runs.length > 1 ? run.slot.toUpperCase() : "rate",
      values: ratesAt(x.value, run.curve.value),
      color: i,
      // Both often have the same rate: the first one is seen through the gaps.
      dash: i > 0,
    })),
  );
  return (
    <Titled title="Learning rate">
      <LineChart
        label="Learning rate"
        x={x}
        series={series}
        xRange={[0, epochs]}
        height={200}
        valueText={(value) => numberText(value, 3)}
        emptyText="The first step draws it."
      />
    </Titled>
  );
}

/** The rates of a run at moments of another, between its own reports on straight lines. */
function ratesAt(moments: readonly number[], { at, rate }: StepCurve): (number | null)[] {
  let i = 0;
  return moments.map((moment) => {
    while (i + 1 < at.length && at[i + 1]! < moment) i++;
    const [from, to] = [at[i], at[i + 1]];
    if (from === undefined || moment < from) return null;
    if (moment === from) return rate[i]!;
    if (to === undefined) return null;
    return rate[i]! + ((rate[i + 1]! - rate[i]!) * (moment - from)) / (to - from);
  });
}

const Titled = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <div>
    <h3 class="chart-title">{title}</h3>
    {children}
  </div>
);

const longest = (runs: readonly Run[]) =>
  runs.toSorted((one, other) => other.curve.value.at.length - one.curve.value.at.length)[0];
