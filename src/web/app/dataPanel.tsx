/** Choosing data: the user's own first, then what the page makes itself. */
import { useRef } from "preact/hooks";
import type { DroppedDescription, NamedFile } from "../../runs/data/dropped.ts";
import type { Given, Prepared } from "../engine/api.ts";
import { FileButton } from "../kit/fileButton.tsx";
import { wholeText } from "../kit/format.ts";
import { Icon } from "../kit/icons.tsx";
import { Notice } from "../kit/notice.tsx";
import { Panel } from "../kit/panel.tsx";
import { Progress } from "../kit/progress.tsx";
import { Segmented } from "../kit/segmented.tsx";
import { Select } from "../kit/select.tsx";
import { Row, Stack } from "../kit/shell.tsx";
import { MADE, type Made, type Playground } from "./playground.ts";

const MADE_LABELS: Readonly<Record<Made, string>> = {
  synthetic: "Images",
  spirals: "Spirals",
  moons: "Moons",
  circles: "Circles",
};

const ACCEPTED =
  ".csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,.parquet,.npy,.npz,.gz,.bin,.idx,.idx1-ubyte,.idx3-ubyte,.ubyte,.png,.jpg,.jpeg";

export function DataPanel({ playground }: { playground: Playground }) {
  const source = playground.source.value;
  const dropped = playground.dropped.value;
  const run = playground.run("a");
  const onFiles = (files: readonly NamedFile[]) => void playground.drop(files);
  const disabled = playground.isUnderWay.value;
  return (
    <Panel title="Data" flat>
      <Stack>
        <FileButton
          kind={source.kind === "files" ? "secondary" : "primary"}
          icon="upload"
          wide
          multiple
          accept={ACCEPTED}
          disabled={disabled}
          busy={playground.describing.value}
          onFiles={onFiles}
        >
          Open your own file …
        </FileButton>
        <p class="small muted data-promise">
          <Icon name="lock" /> A table, images, CIFAR-10’s six files or MNIST’s four. Or drop them anywhere.
          Nothing leaves this machine.
        </p>
        <Row>
          <FileButton kind="quiet" small icon="folder" directory disabled={disabled} onFiles={onFiles}>
            A folder of images …
          </FileButton>
        </Row>
        {playground.dropProblem.value !== undefined && (
          <Notice
            tone="error"
            title="This cannot be trained on"
            onDismiss={() => {
              playground.dropProblem.value = undefined;
            }}
          >
            {playground.dropProblem.value}
          </Notice>
        )}
        <Segmented
          label="Or data that are made here"
          value={source.kind === "named" ? source.name : ""}
          choices={MADE.map((value) => ({ value, label: MADE_LABELS[value] }))}
          onChange={(name) => playground.chooseMade(name as Made)}
          disabled={disabled}
        />
        {dropped?.kind === "table" && source.kind === "files" && (
          <TableChoices {...{ dropped, playground, disabled }} />
        )}
        {run.reading.value !== undefined && !run.isUnderWay && (
          <Progress label="Reading the data" value={run.reading} text="Reading …" />
        )}
        <DataSummary prepared={run.prepared.value} />
      </Stack>
    </Panel>
  );
}

interface TableChoicesProps {
  readonly dropped: Extract<DroppedDescription, { kind: "table" }>;
  readonly playground: Playground;
  readonly disabled: boolean;
}

/** What of a table is to be predicted. */
function TableChoices({ dropped, playground, disabled }: TableChoicesProps) {
  const given = playground.given.a.value;
  const set = (changes: Given) => {
    playground.set("a", changes);
    playground.set("b", changes);
  };
  const target = given.target?.[0] ?? "";
  const choices = dropped.columns.map(({ name, asTarget }) => ({
    value: name,
    label: asTarget === undefined ? name : `${name}  (${asTarget})`,
    disabled: asTarget === undefined,
  }));
  const why =
    target === "" ? whyNone(dropped) : dropped.columns.find(({ name }) => name === target)?.asTargetWhy;
  return (
    <Select
      label="Column to be predicted"
      value={target}
      hint={why}
      disabled={disabled}
      choices={target === "" ? [{ value: "", label: "Choose one …" }, ...choices] : choices}
      onChange={(name) => name !== "" && set({ target: [name] })}
    />
  );
}

const MOST_REASONS = 3;

/** Why there is no target yet, as a sentence for each of the first columns if none can be one. */
function whyNone({ columns }: TableChoicesProps["dropped"]): string {
  if (columns.some(({ asTarget }) => asTarget !== undefined)) return "What is the network to predict?";
  const reasons = columns.slice(0, MOST_REASONS).map(({ name, asTargetWhy }) => `${name}: ${asTargetWhy}`);
  return ["None of these columns can be predicted.", ...reasons].join(" ");
}

function DataSummary({ prepared }: { prepared: Prepared | undefined }) {
  const shown = useRef<HTMLDivElement>(null);
  if (prepared === undefined) return null;
  const { name, counts, features, shape, targets, classNames, warnings } = prepared;
  const inputs =
    shape.length === 3
      ? `${shape[2]} × ${shape[1]}, ${shape[0] === 1 ? "grey" : "colours"}`
      : wholeText(features);
  const predicted =
    targets === "classes"
      ? `${classNames.length} classes`
      : targets === "numbers"
        ? `${classNames.join(", ")} (a number)`
        : `${classNames.length} flags`;
  return (
    <div ref={shown} class="data-summary">
      <dl class="facts">
        <Fact name="Data" value={name} />
        <Fact name="Training" value={wholeText(counts.train)} />
        <Fact name="Validation" value={counts.validation === 0 ? "none" : wholeText(counts.validation)} />
        {counts.test > 0 && <Fact name="Test" value={wholeText(counts.test)} />}
        <Fact name={shape.length === 3 ? "Images" : "Features"} value={inputs} />
        <Fact name="Predicted" value={predicted} />
      </dl>
      {warnings.length > 0 && (
        <Notice tone="info">
          {warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </Notice>
      )}
    </div>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div class="fact">
    <dt>{name}</dt>
    <dd title={value}>{value}</dd>
  </div>
);
