/** On which columns of a table the answers depend: how much worse they get when a column is dealt out anew. */
import { useSignal } from "@preact/signals";
import { BarList } from "../kit/barList.tsx";
import { Button } from "../kit/button.tsx";
import { numberText, percentText } from "../kit/format.ts";
import { Panel } from "../kit/panel.tsx";
import { Progress } from "../kit/progress.tsx";
import { Columns } from "../kit/shell.tsx";
import { toast } from "../kit/toaster.tsx";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";

export function ImportancePanel({ playground }: { playground: Playground }) {
  const runs = playground.runs.value.filter((run) => run.trained.value?.kind === "table");
  if (runs.length === 0) return null;
  const several = playground.runs.value.length > 1;
  return (
    <Panel
      title="Columns by importance"
      description="The rise of the loss on held-out rows when a column’s values are dealt out anew among them. It says what this model uses, not what causes what."
    >
      <Columns>
        {runs.map((run) => (
          <Importance key={run.slot} run={run} several={several} />
        ))}
      </Columns>
    </Panel>
  );
}

function Importance({ run, several }: { run: Run; several: boolean }) {
  const share = useSignal<number | undefined>(undefined);
  const view = run.views.importance.value;
  const measure = async () => {
    share.value = 0;
    try {
      await run.explain((done) => {
        // The last one may come after the answer.
        if (share.peek() !== undefined) share.value = done;
      });
    } catch (error) {
      toast({ tone: "error", text: (error as Error).message });
    } finally {
      share.value = undefined;
    }
  };
  return (
    <div>
      {several && <h3 class="chart-title">{run.slot.toUpperCase()}</h3>}
      {view !== undefined && (
        <BarList
          label="Rise of the loss by column"
          items={view.columns.map(({ name, mean, sd }) => ({ label: name, value: mean, error: sd }))}
          valueText={(value) => numberText(value, 3)}
        />
      )}
      {share.value !== undefined && (
        <Progress label="Measuring" value={share.value} text={percentText(share.value, 0)} />
      )}
      {view === undefined && share.value === undefined && (
        <Button disabled={run.phase.value !== "done"} onClick={() => void measure()}>
          {run.phase.value === "done" ? "Measure" : "When the training has ended"}
        </Button>
      )}
    </div>
  );
}
