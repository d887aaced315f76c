/** The gallery's notices, and what stands where there is nothing, or something is being read. */
import { signal } from "@preact/signals";
import {
  Button,
  Columns,
  DataTable,
  EmptyState,
  LayerEditor,
  Notice,
  Panel,
  Progress,
  Skeleton,
  Stack,
  toast,
} from "../kit/index.ts";

const LONG =
  "/home/somebody/projects/2026/measurements/a-very-long-folder-name-without-any-spaces/houses-of-the-whole-country-2025-final-FINAL-2.csv, line 48211: the row has 3 cells, expected 5, as in the first rows. Mend the row, or give the table another separator.";

const target = signal("price");
const COLUMNS = [
  ["id", "number", "20,640", "0", "1, 2, 3"],
  ["median_income", "number", "12,928", "0", "8.3252, 8.3014, 7.2574"],
  ["rooms_per_household_as_counted_in_the_census_of_1990", "number", "19,392", "207", "6.98, 6.24, 8.29"],
  ["ocean_proximity", "category", "5", "0", "NEAR BAY, INLAND, <1H OCEAN"],
  ["sold_on", "date", "411", "0", "2025-03-14, 2025-03-17"],
  [
    "remarks",
    "text",
    "20,102",
    "512",
    "Quiet street, new roof, large garden with trees, close to the station",
  ],
  ["price", "number", "3,842", "0", "452600, 358500, 352100"],
];

/** The columns of a file, of which one is the target. */
const ColumnTable = () => (
  <Panel title="A table's columns" description="Choose what the model is to predict.">
    <DataTable
      label="Columns of houses.csv"
      nameAt={1}
      head={[
        { label: "target", labelHidden: true },
        { label: "column" },
        { label: "kind" },
        { label: "values", number: true },
        { label: "missing", number: true },
        { label: "first values" },
      ]}
      rows={COLUMNS.map(([name, kind, values, missing, first]) => ({
        key: name!,
        current: target.value === name,
        cells: [
          <input
            key="target"
            type="radio"
            name="target"
            aria-label={`Predict ${name}`}
            checked={target.value === name}
            onChange={() => (target.value = name!)}
          />,
          ...[name, kind, values, missing, first],
        ],
      }))}
    />
  </Panel>
);

const Editors = () => (
  <Panel title="Layers that cannot be changed now, and none">
    <Stack large>
      <LayerEditor
        layers={[2048, 128, 1]}
        disabled
        onChange={() => {}}
        inputs={{ count: 13, label: "inputs after preparation of the table's columns" }}
        outputs={{ count: 1, label: "number" }}
        marks={["dropout 10%", "BN", "SELU"]}
        summary="13 → 2,048 → 128 → 1 → 1: 291,075 parameters"
      />
      <LayerEditor
        layers={[]}
        onChange={() => {}}
        inputs={{ count: 2, label: "inputs" }}
        outputs={{ count: 2, label: "classes" }}
        summary="2 → 2: 6 parameters, a linear model"
      />
    </Stack>
  </Panel>
);

export const States = () => (
  <>
    <div id="states" />
    <ColumnTable />
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
      <Editors />
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
