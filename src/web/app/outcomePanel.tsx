/** What a training has come to: its measures, its weights' hash, the model's file, and the command that does the same. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Evaluation } from "../../model/history.ts";
import type { Interrupted } from "../engine/api.ts";
import { resultOf } from "../engine/connect.ts";
import { Button } from "../kit/button.tsx";
import { CopyField } from "../kit/copyField.tsx";
import { numberText, percentText } from "../kit/format.ts";
import { Notice } from "../kit/notice.tsx";
import { Panel } from "../kit/panel.tsx";
import { Columns, Row, Stack } from "../kit/shell.tsx";
import { Stat, Stats } from "../kit/stat.tsx";
import { toast } from "../kit/toaster.tsx";
import { measureName } from "./names.ts";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";

const SHARES = new Set(["accuracy", "f1Macro", "rocAuc"]);

export function OutcomePanel({ playground }: { playground: Playground }) {
  const runs = playground.runs.value;
  return (
    <Columns>
      {runs.map((run, i) => (
        <Outcome key={run.slot} run={run} color={i} several={runs.length > 1} />
      ))}
    </Columns>
  );
}

function Outcome({ run, color, several }: { run: Run; color: number; several: boolean }) {
  const end = run.end.value;
  const command = (run.trained.value ?? run.prepared.value)?.command;
  const saving = useSignal(false);
  if (command === undefined) return null;
  const download = async () => {
    saving.value = true;
    try {
      offer(
        await resultOf(run.engine.modelFile()),
        several ? `model-${run.slot}.safetensors` : "model.safetensors",
      );
    } catch (error) {
      toast({ tone: "error", text: (error as Error).message });
    } finally {
      saving.value = false;
    }
  };
  const hash = end?.weightsSha256;
  return (
    <Panel
      title={several ? `Model ${run.slot.toUpperCase()}` : "Model"}
      description="The same settings give the same bits in this page, on the command line and on any machine."
      actions={
        <Button icon="download" small disabled={hash === undefined} busy={saving.value} onClick={download}>
          Download
        </Button>
      }
    >
      <Stack>
        {end !== undefined && (
          <Stats>
            {measuresOf(end.test ?? end.validation ?? run.rows.value.at(-1)?.validation).map(
              ([name, value]) => (
                <Stat
                  key={name}
                  label={`${end.test === null ? "Validation" : "Test"} ${measureLabel(name)}`}
                  value={SHARES.has(name) ? percentText(value) : numberText(value)}
                  {...(several && { color })}
                />
              ),
            )}
          </Stats>
        )}
        {end?.keptEpoch !== undefined && (
          <p class="small muted">
            Its weights are those of epoch {end.keptEpoch}, the best on the validation samples.
          </p>
        )}
        {hash !== undefined && (
          <div>
            <h3 class="chart-title">Hash of the weights (SHA-256)</h3>
            <CopyField label="Hash of the weights" text={hash} />
          </div>
        )}
        <div>
          <h3 class="chart-title">The same on the command line</h3>
          <CopyField label="Command" text={command} />
        </div>
      </Stack>
    </Panel>
  );
}

/** As it goes on in a sentence: "loss", "RMSE". */
const measureLabel = (name: string) =>
  measureName(name) === name.charAt(0).toUpperCase() + name.slice(1) ? name : measureName(name);

const measuresOf = (evaluation: Evaluation | undefined): (readonly [string, number])[] =>
  Object.entries(evaluation ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && entry[0] !== "cost",
  );

/** Offers bytes as a download. */
function offer(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Trainings that were broken off, and can go on. */
export function InterruptedNotices({ playground }: { playground: Playground }) {
  return (
    <>
      {playground.runs.value.map(
        (run) =>
          run.interrupted.value !== undefined &&
          !run.isUnderWay && (
            <InterruptedNotice
              key={run.slot}
              playground={playground}
              run={run}
              interrupted={run.interrupted.value}
            />
          ),
      )}
    </>
  );
}

interface InterruptedProps {
  readonly playground: Playground;
  readonly run: Run;
  readonly interrupted: Interrupted;
}

function InterruptedNotice({ playground, run, interrupted }: InterruptedProps) {
  const { epoch, epochs, data, at, hasFiles } = interrupted;
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // A page that is loaded anew stands where it was scrolled to, from where this might not be seen.
    if (run.phase.peek() === "idle") root.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={root}>
      <Notice
        tone="info"
        title={`A training on ${data} can go on`}
        onDismiss={() => void run.forget()}
        action={
          <Row>
            <Button
              kind="primary"
              small
              icon="play"
              disabled={!hasFiles}
              onClick={() => void goOn(playground, run)}
            >
              Go on
            </Button>
            <Button small kind="quiet" icon="trash" onClick={() => void run.forget()}>
              Forget it
            </Button>
          </Row>
        }
      >
        It was broken off after {epoch} of {epochs} epochs ({new Date(at).toLocaleString()}).
        {!hasFiles && " Its files were too large to be kept: open them again, and train anew."}
      </Notice>
    </div>
  );
}

async function goOn(playground: Playground, run: Run): Promise<void> {
  try {
    await playground.goOn(run.slot);
  } catch (error) {
    toast({ tone: "error", text: (error as Error).message });
  }
}
