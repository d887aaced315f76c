/** The playground: settings at the left, what the networks do at the right. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button, IconButton } from "../kit/button.tsx";
import { DropZone } from "../kit/dropZone.tsx";
import { EmptyState } from "../kit/emptyState.tsx";
import { Menu, type MenuItem } from "../kit/menu.tsx";
import { Notice } from "../kit/notice.tsx";
import { Panel } from "../kit/panel.tsx";
import { Segmented } from "../kit/segmented.tsx";
import { Columns, Row, Shell, Stack } from "../kit/shell.tsx";
import { MotionToggle, ThemeToggle } from "../kit/themeToggle.tsx";
import { Toaster, toast } from "../kit/toaster.tsx";
import { ConfigPanel } from "./configPanel.tsx";
import { CurvesPanel } from "./curvesPanel.tsx";
import { DataPanel } from "./dataPanel.tsx";
import { isolationState } from "./isolationState.ts";
import { LayersPanel } from "./layersPanel.tsx";
import { lazy } from "./lazy.tsx";
import { InterruptedNotices, OutcomePanel } from "./outcomePanel.tsx";
import type { Playground } from "./playground.ts";
import { presets } from "./presets.ts";
import type { Slot } from "./run.ts";
import { RunBar } from "./runBar.tsx";
import { TryPanel } from "./tryPanel.tsx";
import { VerdictCards } from "./verdictCards.tsx";

const SurfacePanel = lazy(async () => (await import("./surfacePanel.tsx")).SurfacePanel);
const WeightsPanel = lazy(async () => (await import("./weightsPanel.tsx")).WeightsPanel);
const ImportancePanel = lazy(async () => (await import("./importancePanel.tsx")).ImportancePanel);
const ResultsPanel = lazy(async () => (await import("./resultsPanel.tsx")).ResultsPanel, NoResults);

/** Before there are any. */
function NoResults() {
  return (
    <Panel title="What it gets right, and wrong" description="Looked at after each epoch.">
      <EmptyState icon="table" title="The first epoch’s end fills it" height={320} />
    </Panel>
  );
}

export function App({ playground }: { playground: Playground }) {
  useShortcuts(playground);
  return (
    <>
      <Shell
        title="Playground"
        actions={<Actions playground={playground} />}
        controls={<Controls playground={playground} />}
        controlsLabel="Data, network and training"
        runBar={<RunBar playground={playground} />}
      >
        <Stack large>
          <Notices playground={playground} />
          <VerdictCards playground={playground} />
          <SurfacesAndCurves playground={playground} />
          <LayersPanel playground={playground} />
          {hasBegun(playground) ? <Results playground={playground} /> : <NoResults />}
          <OutcomePanel playground={playground} />
          <TryPanel playground={playground} />
        </Stack>
      </Shell>
      <DropZone
        title="Drop it here"
        description="A table, a folder of images, CIFAR-10’s six files. Nothing leaves this machine."
        disabled={playground.isUnderWay.value}
        onFiles={(files) => void playground.drop(files)}
        onError={(error) => toast({ tone: "error", text: `It cannot be read: ${(error as Error).message}` })}
      />
      <Toaster />
    </>
  );
}

/** A single surface has its curves beside it. */
function SurfacesAndCurves({ playground }: { playground: Playground }) {
  if (!isOfPoints(playground)) return <CurvesPanel playground={playground} />;
  if (playground.compare.value) {
    return (
      <>
        <SurfacePanel playground={playground} />
        <CurvesPanel playground={playground} />
      </>
    );
  }
  return (
    <>
      <Columns>
        <SurfacePanel playground={playground} />
        <CurvesPanel playground={playground} which="learning" />
      </Columns>
      <CurvesPanel playground={playground} which="others" />
    </>
  );
}

/** What the answers are, and what they depend on; numbers of a single network have both side by side. */
function Results({ playground }: { playground: Playground }) {
  const [run] = playground.runs.value;
  const trained = run?.trained.value;
  const isNumbers = trained?.targets === "numbers" && trained.kind === "table" && !playground.compare.value;
  if (isNumbers) {
    return (
      <Columns>
        <ResultsPanel playground={playground} />
        <ImportancePanel playground={playground} />
      </Columns>
    );
  }
  return (
    <>
      <ResultsPanel playground={playground} />
      <WeightsPanel playground={playground} />
      <ImportancePanel playground={playground} />
    </>
  );
}

/** Whether anything has been trained yet. */
const hasBegun = ({ runs }: Playground) => runs.value.some((run) => run.phase.value !== "idle");

const isOfPoints = ({ runs }: Playground) =>
  runs.value.some((run) => (run.trained.value ?? run.prepared.value)?.features === 2);

function Actions({ playground }: { playground: Playground }) {
  const copyLink = async () => {
    const isWhole = playground.source.peek().kind === "named";
    try {
      await navigator.clipboard.writeText(location.href);
      toast({
        tone: "success",
        text: isWhole
          ? "The link shows the same to others."
          : "The link has the settings, but not your files.",
      });
    } catch {
      toast({ tone: "error", text: "The clipboard cannot be written. Copy the page’s address instead." });
    }
  };
  return (
    <>
      <IconButton icon="link" label="Copy a link to this" onClick={() => void copyLink()} />
      <MotionToggle />
      <ThemeToggle />
    </>
  );
}

const PRESET_ITEMS: readonly MenuItem[] = presets.map(({ id, title, description, group }) => ({
  ...{ id, title, description, group },
}));

function Controls({ playground }: { playground: Playground }) {
  const slot = playground.editing.value;
  const compares = playground.compare.value;
  const isUnderWay = playground.isUnderWay.value;
  const choose = (id: string) => {
    const preset = presets.find((each) => each.id === id);
    if (preset !== undefined && !isUnderWay) playground.choosePreset(preset);
  };
  return (
    <>
      <div class="controls-head">
        <Menu label="Presets" items={PRESET_ITEMS} onSelect={choose} wide disabled={isUnderWay} />
      </div>
      <DataPanel playground={playground} />
      <div class="compare">
        {compares ? (
          <Row>
            <Segmented
              label="Settings of"
              labelHidden
              value={slot}
              choices={[
                { value: "a", label: "A" },
                { value: "b", label: "B" },
              ]}
              onChange={(value) => {
                playground.editing.value = value as Slot;
              }}
            />
            <Button
              small
              kind="quiet"
              icon="close"
              disabled={isUnderWay}
              onClick={() => playground.toggleCompare()}
            >
              Only A
            </Button>
          </Row>
        ) : (
          <Button small icon="compare" wide disabled={isUnderWay} onClick={() => playground.toggleCompare()}>
            Compare with another network
          </Button>
        )}
      </div>
      <ConfigPanel key={slot} playground={playground} slot={slot} />
    </>
  );
}

/** What is to be known before all else: what is wrong, what can go on, how many threads there are. */
function Notices({ playground }: { playground: Playground }) {
  const { linkProblems } = playground;
  const runs = playground.runs.value;
  return (
    <>
      <ThreadsNotice />
      {linkProblems.value.length > 0 && (
        <Notice
          tone="warning"
          title="Not all of the link could be read"
          onDismiss={() => {
            linkProblems.value = [];
          }}
        >
          {linkProblems.value.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </Notice>
      )}
      <LinkedNotice playground={playground} />
      <InterruptedNotices playground={playground} />
      {runs.map(
        (run) =>
          run.problem.value !== undefined && (
            <Notice
              key={run.slot}
              tone="error"
              title={`${runs.length > 1 ? `${run.slot.toUpperCase()}: ` : ""}${run.phase.value === "failed" ? "The training has failed" : "These settings cannot be trained"}`}
            >
              {run.problem.value}
            </Notice>
          ),
      )}
    </>
  );
}

/** A link for files waits for them; what can go on has its own. */
function LinkedNotice({ playground }: { playground: Playground }) {
  const { linked, runs } = playground;
  if (linked.value === undefined || runs.value.some((run) => run.interrupted.value !== undefined))
    return null;
  return (
    <Notice
      tone="info"
      title="The link is for files that are not part of it"
      onDismiss={() => {
        linked.value = undefined;
      }}
    >
      Open the same files here, and its settings hold for them.
    </Notice>
  );
}

/** Why there is one thread, where there could be several. */
function ThreadsNotice() {
  const state = isolationState.value;
  const isShown = useSignal(true);
  if (state === "isolated" || !isShown.value) return null;
  const reason = state === "reloading" ? "The page loads once more to get them." : state.reason;
  return (
    <Notice
      tone="info"
      title="One thread"
      onDismiss={() => {
        isShown.value = false;
      }}
    >
      This page is not cross-origin isolated, so that it trains in one thread, to the same bits. {reason}
    </Notice>
  );
}

/** Keys for those who do not want to leave the keyboard: they are the words' first letters. */
function useShortcuts(playground: Playground): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key, ctrlKey, metaKey, altKey } = event;
      const isTyping =
        target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null;
      if (isTyping || ctrlKey || metaKey || altKey) return;
      if (key === "t" && !playground.isUnderWay.peek() && playground.canTrain.peek()) playground.train();
      else if (key === "p" && playground.isUnderWay.peek()) playground.pause();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [playground]);
}
