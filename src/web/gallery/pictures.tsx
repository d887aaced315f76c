/** The gallery's pictures: what a model takes for what, images, a decision surface, columns, and what one draws or fills in. */
import { signal } from "@preact/signals";
import {
  BarList,
  Columns,
  ConfusionMatrix,
  DrawPad,
  ImageGrid,
  Meter,
  Panel,
  Row,
  RowForm,
  Stack,
  SurfacePlot,
} from "../kit/index.ts";
import { CIFAR, confusion, decaying, digitImages, spiralSurface, spirals, weightImages } from "./data.ts";

const ten = confusion(10, 31);
const twenty = confusion(20, 33);
const twentyNames = Array.from({ length: 20 }, (_, i) =>
  i === 6 ? "a class with a very long name" : `class ${i + 1}`,
);
const sixty = confusion(60, 32);
const sixtyNames = Array.from({ length: 60 }, (_, i) => `class ${i + 1}`);

const points = spirals(400, 40);
const surface = { columns: 80, rows: 80, probabilities: spiralSurface(80) };

const colored = weightImages(18, 32, 3, 50).map((pixels, i) => ({ pixels, caption: `unit ${i + 1}` }));
const grey = weightImages(18, 28, 1, 51).map((pixels) => ({ pixels }));
const mistakes = digitImages(12, 28, 52).map((pixels, i) => ({
  pixels,
  caption: `is ${i % 10}`,
  note: `${(i * 3 + 1) % 10}: ${99 - i}%`,
  tone: "error" as const,
}));

const COLUMNS = [
  "median_income",
  "ocean_proximity",
  "latitude",
  "longitude",
  "rooms_per_household_as_counted_in_the_census_of_1990",
  "housing_median_age",
  "population",
  "id",
];
const bars = COLUMNS.map((label, i) => ({
  label,
  value: i === 7 ? -0.004 : decaying(i),
  error: 0.006 + 0.002 * (i % 3),
  ...(i === 1 ? { note: "category, 5 values" } : {}),
}));

const sheet = signal(new Float32Array(28 * 28));
const drawn = signal(Float32Array.from(digitImages(1, 28, 60)[0]!, (byte) => byte / 255));

const towns = Array.from({ length: 40 }, (_, i) => `town ${i + 1}`);
const row = signal<Readonly<Record<string, string>>>({
  median_income: "8.3252",
  age: "old",
  near: "NEAR BAY",
});

const Matrices = () => (
  <Columns wide>
    <Panel title="Confusion" description="Rows are what images show, columns what the model says.">
      <ConfusionMatrix label="Confusion of ten classes" names={CIFAR} counts={ten} />
    </Panel>
    <Panel title="Twenty classes">
      <ConfusionMatrix label="Confusion of twenty classes" names={twentyNames} counts={twenty} />
    </Panel>
    <Panel title="No samples yet">
      <ConfusionMatrix
        label="Confusion of three classes"
        names={["cat", "dog", "frog"]}
        counts={new Float64Array(9)}
      />
    </Panel>
    <Panel title="Many classes">
      <ConfusionMatrix label="Confusion of sixty classes" names={sixtyNames} counts={sixty} />
    </Panel>
  </Columns>
);

const Images = () => (
  <Columns wide>
    <Panel title="First-layer weights" description="Each unit's weights as an image: grey is 0.">
      <ImageGrid
        label="First-layer weights"
        images={colored}
        width={32}
        height={32}
        channels={3}
        scale="weights"
        size={56}
      />
    </Panel>
    <Panel title="First-layer weights of one channel" description="Blue is above 0, orange below.">
      <ImageGrid
        label="First-layer weights of one channel"
        images={grey}
        width={28}
        height={28}
        channels={1}
        scale="weights"
        size={56}
      />
    </Panel>
    <Panel title="Most wrong" description="The samples whose class got the least probability.">
      <ImageGrid label="Most wrong" images={mistakes} width={28} height={28} channels={1} scale="bytes" />
    </Panel>
    <Panel
      title="Columns by importance"
      description="How much worse the loss gets when a column is shuffled."
    >
      <BarList label="Columns by importance" items={bars} />
    </Panel>
  </Columns>
);

const Trying = () => (
  <Columns wide>
    <Panel title="Draw a digit">
      <Stack large>
        <Row>
          <DrawPad
            label="Draw a digit"
            size={28}
            value={sheet.value}
            onChange={(value) => (sheet.value = value as Float32Array<ArrayBuffer>)}
          />
          <DrawPad
            label="Drawn digit"
            size={28}
            side={160}
            disabled
            value={drawn.value}
            onChange={() => {}}
          />
        </Row>
        <Stack>
          <Meter label="3" value={0.91} text="91.0%" strong />
          <Meter label="8" value={0.06} text="6.0%" />
          <Meter label="5" value={0.02} text="2.0%" />
        </Stack>
      </Stack>
    </Panel>
    <Panel title="Predict a row">
      <RowForm
        label="A row"
        columns={[
          { name: "median_income", kind: "number", example: "3.87" },
          { name: "age", kind: "number" },
          { name: "near", kind: "category", values: ["NEAR BAY", "INLAND", "ISLAND"] },
          { name: "town", kind: "category", values: towns, example: "town 1" },
          { name: "sold", kind: "date" },
          { name: "remarks", kind: "text", example: "anything" },
        ]}
        row={row.value}
        onChange={(value) => (row.value = value)}
        onSample={() => (row.value = { median_income: "3.8716", age: "29", near: "INLAND", town: "town 7" })}
      />
    </Panel>
  </Columns>
);

export const Pictures = () => (
  <>
    <Columns wide>
      <Panel title="Decision surface" description="Filled dots are training samples, hollow ones the test.">
        <SurfacePlot
          label="Decision surface"
          names={["inner", "outer"]}
          surface={surface}
          points={points}
          xRange={[-1, 1]}
          yRange={[-1, 1]}
        />
      </Panel>
      <Panel title="Before training">
        <SurfacePlot
          label="Samples"
          names={["inner", "outer"]}
          surface={undefined}
          points={points}
          xRange={[-1, 1]}
          yRange={[-1, 1]}
          xLabel="x1"
          yLabel="x2"
          maxSize={280}
        />
      </Panel>
    </Columns>
    <Matrices />
    <Images />
    <Trying />
  </>
);
