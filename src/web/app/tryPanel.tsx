/** Trying a model: the one that was trained, or one from a file. */
import { useSignal } from "@preact/signals";
import { EmptyState } from "../kit/emptyState.tsx";
import { FileButton } from "../kit/fileButton.tsx";
import { Panel } from "../kit/panel.tsx";
import { Segmented } from "../kit/segmented.tsx";
import { Skeleton } from "../kit/skeleton.tsx";
import { toast } from "../kit/toaster.tsx";
import { lazy } from "./lazy.tsx";
import type { Playground } from "./playground.ts";
import type { Slot } from "./run.ts";

const Asking = lazy(
  async () => (await import("./asking.tsx")).Asking,
  () => <Skeleton height={160} />,
);

export function TryPanel({ playground }: { playground: Playground }) {
  const chosen = useSignal<Slot>("a");
  const runs = playground.runs.value;
  const run = runs.find(({ slot }) => slot === chosen.value) ?? runs[0]!;
  const model = run.model.value;
  const open = async (file: File) => {
    try {
      await run.openModel(file);
    } catch (error) {
      toast({ tone: "error", text: (error as Error).message, seconds: 0 });
    }
  };
  return (
    <Panel
      title="Try it"
      description="Ask the model that was trained here, or one from a file of nnwasm’s."
      actions={
        <FileButton
          small
          icon="file"
          accept=".safetensors"
          disabled={run.isUnderWay}
          onFiles={([first]) => first !== undefined && void open(first.file)}
        >
          Open a model …
        </FileButton>
      }
    >
      {runs.length > 1 && (
        <Segmented
          label="Model"
          labelHidden
          compact
          value={run.slot}
          choices={runs.map(({ slot }) => ({ value: slot, label: `Model ${slot.toUpperCase()}` }))}
          onChange={(slot) => {
            chosen.value = slot as Slot;
          }}
        />
      )}
      {model === undefined ? (
        <EmptyState icon="search" title="No model yet" height={160}>
          Train one, or open a model.safetensors that you have downloaded before.
        </EmptyState>
      ) : (
        <Asking key={`${run.slot} ${model.weightsSha256}`} run={run} model={model} />
      )}
    </Panel>
  );
}
