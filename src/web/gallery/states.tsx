/** The gallery's notices, and what stands where there is nothing, or something is being read. */
import {
  Button,
  Columns,
  EmptyState,
  Notice,
  Panel,
  Progress,
  Skeleton,
  Stack,
  toast,
} from "../kit/index.ts";

const LONG =
  "/home/somebody/projects/2026/measurements/a-very-long-folder-name-without-any-spaces/houses-of-the-whole-country-2025-final-FINAL-2.csv, line 48211: the row has 3 cells, expected 5, as in the first rows. Mend the row, or give the table another separator.";

export const States = () => (
  <>
    <div id="states" />
    <Columns>
      <Panel title="Notices">
        <Stack>
          <Notice tone="info" title="One thread">
            This host does not isolate the page, so it trains on one thread.
          </Notice>
          <Notice tone="success" onDismiss={() => {}}>
            The model file predicts the same as on the command line.
          </Notice>
          <Notice tone="warning" title="3% of the rows have blanks" action={<Button small>Show them</Button>}>
            They are filled with the median, and a column says where.
          </Notice>
          <Notice tone="error" title="The file cannot be read" onDismiss={() => {}}>
            {LONG}
          </Notice>
        </Stack>
      </Panel>
      <Panel title="Nothing yet">
        <EmptyState
          icon="network"
          title="Nothing is trained yet"
          height={200}
          action={
            <Button kind="primary" icon="play">
              Train
            </Button>
          }
        >
          Press Train, and the curves, the histograms of each layer and the confusion matrix grow here.
        </EmptyState>
      </Panel>
      <Panel title="Loading">
        <Stack large>
          <Skeleton lines={3} label="Reading houses.csv" />
          <Skeleton height={96} />
          <Progress label="Reading" value={undefined} text="Reading data_batch_3.bin" />
          <Progress label="Paused" value={0.7} text="paused at epoch 14 of 20" paused />
        </Stack>
      </Panel>
      <Panel title="Messages">
        <Button
          onClick={() =>
            toast({ tone: "success", text: "Model downloaded", action: { label: "Open", onClick: () => {} } })
          }
        >
          Say something
        </Button>
      </Panel>
    </Columns>
  </>
);
