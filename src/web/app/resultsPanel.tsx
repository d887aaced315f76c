/** What the network makes of samples that it was not trained on: the confusion, the worst, and numbers beside their answers. */
import type { ResultsView } from "../engine/api.ts";
import { ConfusionMatrix } from "../kit/confusionMatrix.tsx";
import { EmptyState } from "../kit/emptyState.tsx";
import { numberText, percentText, wholeText } from "../kit/format.ts";
import { ImageGrid } from "../kit/imageGrid.tsx";
import { Panel } from "../kit/panel.tsx";
import { Columns } from "../kit/shell.tsx";
import { NumbersPlot } from "./numbersPlot.tsx";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";

export function ResultsPanel({ playground }: { playground: Playground }) {
  const runs = playground.runs.value;
  const results = runs.map((run) => run.views.results.value);
  if (runs.some((run) => (run.trained.value ?? run.prepared.value)?.targets === "flags")) return null;
  const [first] = results.filter((each) => each !== undefined);
  return (
    <Panel
      title="What it gets right, and wrong"
      description={
        first === undefined
          ? "Looked at after each epoch."
          : `${wholeText(first.samples)} ${first.on} samples, looked at after each epoch.`
      }
    >
      {runs.length === 1 ? (
        <Columns>
          <Results run={runs[0]!} results={first} several={false} />
        </Columns>
      ) : (
        <Columns>
          {runs.map((run, i) => (
            <div key={run.slot} class="results">
              <Results run={run} results={results[i]} several />
            </div>
          ))}
        </Columns>
      )}
    </Panel>
  );
}

interface ResultsProps {
  readonly run: Run;
  readonly results: ResultsView | undefined;
  readonly several: boolean;
}

function Results({ run, results, several }: ResultsProps) {
  const name = several ? `${run.slot.toUpperCase()}: ` : "";
  if (results === undefined) {
    return <EmptyState icon="table" title={`${name}the first epoch’s end fills it`} height={320} />;
  }
  const names = run.trained.value?.classNames ?? [];
  return (
    <>
      {results.confusion !== undefined && (
        <div>
          <h3 class="chart-title">{name}taken for, by class</h3>
          <ConfusionMatrix label={`${name}confusion`} names={names} counts={results.confusion} />
        </div>
      )}
      {results.numbers !== undefined && (
        <div>
          <h3 class="chart-title">{`${name}${results.numbers.name}: predicted over actual`}</h3>
          <NumbersPlot {...results.numbers} />
        </div>
      )}
      {results.wrong !== undefined && <Worst {...{ run, results, several, names }} />}
    </>
  );
}

function Worst({ run, results, several, names }: ResultsProps & { readonly names: readonly string[] }) {
  const wrong = results!.wrong!;
  const name = several ? `${run.slot.toUpperCase()}: ` : "";
  const shape = run.trained.value?.shape ?? [];
  const title = <h3 class="chart-title">{name}most wrong</h3>;
  if (wrong.length === 0) {
    return (
      <div>
        {title}
        <p class="small muted">None of these samples is wrong.</p>
      </div>
    );
  }
  if (shape.length === 3 && wrong.every(({ values }) => values !== undefined)) {
    const [channels, height, width] = shape as [number, number, number];
    return (
      <div>
        {title}
        <ImageGrid
          label={`${name}most wrong`}
          {...{ channels, height, width }}
          scale={wrong[0]!.values instanceof Uint8Array ? "bytes" : "unit"}
          images={wrong.map(({ values, label, predicted, probability }) => ({
            pixels: values!,
            caption: names[label] ?? String(label),
            note: `${names[predicted] ?? predicted} ${percentText(probability, 0)}`,
            tone: "error" as const,
          }))}
        />
      </div>
    );
  }
  return (
    <div>
      {title}
      <table class="small-table">
        <thead>
          <tr>
            <th scope="col">{results!.on} row</th>
            <th scope="col">is</th>
            <th scope="col">taken for</th>
            <th scope="col">with</th>
          </tr>
        </thead>
        <tbody>
          {wrong.map(({ row, label, predicted, probability }) => (
            <tr key={row}>
              <td>{wholeText(row + 1)}</td>
              <td>{names[label] ?? label}</td>
              <td>{names[predicted] ?? predicted}</td>
              <td>{numberText(probability, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
