/** Asking a model: about a row, an image that one draws or opens, or a point. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Answer, ModelInfo } from "../engine/api.ts";
import { resultOf } from "../engine/connect.ts";
import { DrawPad } from "../kit/drawPad.tsx";
import { EmptyState } from "../kit/emptyState.tsx";
import { FileButton } from "../kit/fileButton.tsx";
import { numberText, percentText } from "../kit/format.ts";
import { Notice } from "../kit/notice.tsx";
import { Meter } from "../kit/progress.tsx";
import { RowForm } from "../kit/rowForm.tsx";
import { Columns, Row, Stack } from "../kit/shell.tsx";
import { toast } from "../kit/toaster.tsx";
import { pixelsOfFile } from "./imagePixels.ts";
import type { Run } from "./run.ts";

export function Asking({ run, model }: { run: Run; model: ModelInfo }) {
  if (model.columns !== undefined) return <AskRow run={run} model={model} />;
  if (model.shape !== undefined) return <AskImage run={run} model={model} />;
  return <AskNumbers run={run} model={model} />;
}

/** The answer to a question, asked anew with each change. */
function useAnswer(ask: () => Promise<Answer> | undefined, question: unknown) {
  const answer = useSignal<Answer | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    let isLatest = true;
    ask()?.then(
      (value) => {
        if (!isLatest) return;
        answer.value = value;
        problem.value = undefined;
      },
      (error: Error) => {
        if (isLatest) problem.value = error.message;
      },
    );
    return () => {
      isLatest = false;
    };
  }, [question]);
  return { answer, problem };
}

function AskRow({ run, model }: { run: Run; model: ModelInfo }) {
  const columns = model.columns!;
  const sample = Object.fromEntries(columns.map(({ name, example }) => [name, example]));
  const row = useSignal<Readonly<Record<string, string>>>(sample);
  const { answer, problem } = useAnswer(() => resultOf(run.engine.predictRow(row.value)), row.value);
  return (
    <Columns>
      <RowForm
        label="A row"
        columns={columns.map(({ name, kind, values, example }) => ({
          ...{ name, example },
          kind: kind === "flag" ? ("category" as const) : kind,
          ...(values.length > 0 && { values }),
        }))}
        row={row.value}
        onChange={(next) => {
          row.value = next;
        }}
        onSample={() => {
          row.value = sample;
        }}
      />
      <AnswerView answer={answer.value} problem={problem.value} />
    </Columns>
  );
}

/** Side of the pad's pixels for images of other sizes than its own. */
function AskImage({ run, model }: { run: Run; model: ModelInfo }) {
  const [channels, height, width] = model.shape as [number, number, number];
  const size = Math.min(height, width);
  const drawn = useSignal<Float32Array>(new Float32Array(size * size));
  const opened = useSignal<Uint8Array | undefined>(undefined);
  const pixels = opened.value ?? pixelsOfDrawing(drawn.value, size, { channels, height, width });
  const { answer, problem } = useAnswer(() => resultOf(run.engine.predictPixels(pixels)), pixels);
  const openImage = async (file: File) => {
    try {
      opened.value = await pixelsOfFile(file, { channels, height, width });
    } catch (error) {
      toast({ tone: "error", text: (error as Error).message });
    }
  };
  return (
    <Columns>
      <Stack>
        <DrawPad
          label="Draw something"
          size={size}
          value={drawn.value}
          onChange={(value) => {
            opened.value = undefined;
            drawn.value = value;
          }}
        />
        <Row>
          <FileButton
            small
            icon="image"
            accept="image/png,image/jpeg,image/webp"
            onFiles={([first]) => first !== undefined && void openImage(first.file)}
          >
            Or open an image …
          </FileButton>
        </Row>
        {opened.value !== undefined && <p class="small muted">The answer is to the image that was opened.</p>}
      </Stack>
      <AnswerView answer={answer.value} problem={problem.value} />
    </Columns>
  );
}

/** A drawing, white on black, in all channels; in the middle of an image that is no square. */
function pixelsOfDrawing(
  ink: Float32Array,
  size: number,
  { channels, height, width }: { readonly channels: number; readonly height: number; readonly width: number },
): Uint8Array {
  const [top, left] = [Math.floor((height - size) / 2), Math.floor((width - size) / 2)];
  const pixels = new Uint8Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        pixels[(channel * height + top + y) * width + left + x] = Math.round(255 * ink[y * size + x]!);
      }
    }
  }
  return pixels;
}

const MOST_NUMBERS = 12;

function AskNumbers({ run, model }: { run: Run; model: ModelInfo }) {
  const { features } = model;
  const names = Array.from({ length: features }, (_, i) =>
    features === 2 ? "xy".charAt(i) : `feature ${i + 1}`,
  );
  const row = useSignal<Readonly<Record<string, string>>>(
    Object.fromEntries(names.map((name) => [name, "0"])),
  );
  const values = names.map((name) => Number(row.value[name] || "0"));
  const { answer, problem } = useAnswer(
    () => resultOf(run.engine.predictNumbers(Float64Array.from(values))),
    row.value,
  );
  if (features > MOST_NUMBERS) {
    return (
      <EmptyState icon="info" title="It takes too many numbers to be asked here" height={160}>
        Its samples have {features} numbers. On the command line: npx nnwasm predict model.safetensors
        data.csv
      </EmptyState>
    );
  }
  return (
    <Columns>
      <RowForm
        label="A point"
        columns={names.map((name) => ({ name, kind: "number" as const, example: "0" }))}
        row={row.value}
        onChange={(next) => {
          row.value = next;
        }}
      />
      <AnswerView answer={answer.value} problem={problem.value} />
    </Columns>
  );
}

const MOST_SHOWN = 10;

function AnswerView({ answer, problem }: { answer: Answer | undefined; problem: string | undefined }) {
  if (problem !== undefined) return <Notice tone="error">{problem}</Notice>;
  if (answer === undefined) return <EmptyState icon="search" title="…" height={160} />;
  const { label, probabilities, numbers } = answer;
  const sorted = Object.entries(probabilities ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <div class="answer" aria-live="polite">
      <p class="answer-label">
        {numbers === undefined
          ? label
          : Object.entries(numbers)
              .map(([name, value]) => `${name}: ${numberText(value)}`)
              .join(", ")}
      </p>
      <Stack>
        {sorted.slice(0, MOST_SHOWN).map(([name, probability], i) => (
          <Meter
            key={name}
            label={name}
            value={probability}
            text={percentText(probability)}
            strong={i === 0}
          />
        ))}
      </Stack>
      {sorted.length > MOST_SHOWN && <p class="small muted">and {sorted.length - MOST_SHOWN} more classes</p>}
    </div>
  );
}
