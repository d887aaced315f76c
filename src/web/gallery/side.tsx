/** The gallery's column of controls and its bar, as the playground has them. */
import { signal } from "@preact/signals";
import {
  Button,
  ControlGrid,
  Disclosure,
  FileButton,
  IconButton,
  LayerEditor,
  Menu,
  NumberField,
  Panel,
  Progress,
  Row,
  Segmented,
  Select,
  Slider,
  Stack,
  Switch,
  toast,
  wholeText,
} from "../kit/index.ts";

const layers = signal<readonly number[]>([50, 30, 20, 20, 10, 10, 10, 10]);

/** Weights and biases of a network of these layers. */
const parameters = (hidden: readonly number[]): number =>
  [3072, ...hidden, 10].reduce((sum, units, i, all) => (i === 0 ? 0 : sum + (all[i - 1]! + 1) * units), 0);

const schedule = signal("cyclic");
const bn = signal("before");
const rate = signal(0.001);
const epochs = signal(20);
const dropout = signal(0.1);
const threads = signal(true);
const optimizer = signal("adam");

const DATA = [
  {
    id: "spirals",
    title: "Spirals",
    description: "Two classes that wind around each other",
    group: "Toys",
    current: true,
  },
  { id: "moons", title: "Moons", description: "Two half moons", group: "Toys", current: false },
  {
    id: "synthetic",
    title: "Synthetic images",
    description: "Ten classes, 3,072 inputs, nothing to download",
    group: "Images",
    current: false,
  },
  {
    id: "cifar",
    title: "CIFAR-10",
    description: "Drop its six files; they stay on this machine",
    group: "Images",
    current: false,
    disabled: true,
  },
];

const Training = () => (
  <Panel flat title="Training">
    <Stack>
      <ControlGrid>
        <Select
          label="Optimizer"
          value={optimizer.value}
          choices={[
            { value: "sgd", label: "SGD" },
            { value: "momentum", label: "SGD with momentum" },
            { value: "adam", label: "Adam" },
          ]}
          onChange={(value) => (optimizer.value = value)}
        />
        <NumberField
          label="Learning rate"
          value={rate.value}
          onChange={(value) => (rate.value = value)}
          min={0}
          max={10}
          step={1e-6}
          logSteps
        />
        <NumberField
          label="Epochs"
          value={epochs.value}
          onChange={(value) => (epochs.value = value)}
          min={1}
          max={1000}
          whole
        />
        <NumberField label="Batch" value={100} onChange={() => {}} min={1} logSteps whole unit="samples" />
      </ControlGrid>
      <Segmented
        label="Schedule"
        value={schedule.value}
        choices={[
          { value: "constant", label: "Constant" },
          { value: "cyclic", label: "Cyclic" },
          { value: "cosine", label: "Cosine" },
        ]}
        onChange={(value) => (schedule.value = value)}
      />
    </Stack>
  </Panel>
);

export const SideColumn = () => (
  <>
    <Panel flat title="Data">
      <Stack>
        <FileButton wide kind="primary" icon="upload" multiple onFiles={() => {}}>
          Open your own data
        </FileButton>
        <Menu wide label="Spirals" items={DATA} onSelect={(text) => toast({ tone: "info", text })} />
      </Stack>
    </Panel>
    <Panel flat title="Network">
      <Stack>
        <LayerEditor
          layers={layers.value}
          onChange={(next) => (layers.value = next)}
          inputs={{ count: 3072, label: "inputs" }}
          outputs={{ count: 10, label: "classes" }}
          marks={bn.value === "none" ? ["ReLU"] : bn.value === "before" ? ["BN", "ReLU"] : ["ReLU", "BN"]}
          summary={`${[3072, ...layers.value, 10].map(wholeText).join(" → ")}: ${wholeText(parameters(layers.value))} parameters`}
        />
        <Segmented
          label="Batch normalization"
          value={bn.value}
          choices={[
            { value: "none", label: "None" },
            { value: "before", label: "Before" },
            { value: "after", label: "After" },
          ]}
          onChange={(value) => (bn.value = value)}
        />
        <Slider
          label="Dropout"
          value={dropout.value}
          min={0}
          max={0.9}
          step={0.05}
          text={`${Math.round(100 * dropout.value)}%`}
          onInput={(value) => (dropout.value = value)}
        />
      </Stack>
    </Panel>
    <Training />
    <Panel flat title="More">
      <Disclosure summary="Regularization" aside="L2 0.005">
        <NumberField label="L2 penalty" value={0.005} onChange={() => {}} min={0} step={1e-6} logSteps />
      </Disclosure>
      <Switch
        label="Train on two threads"
        checked={threads.value}
        onChange={(value) => (threads.value = value)}
        hint="This page is isolated, so it may share memory."
      />
    </Panel>
  </>
);

export const RunBar = () => (
  <Stack>
    <Progress label="Training" value={0.42} text="epoch 8 of 20 · 12 s left" />
    <Row>
      <Button kind="primary" icon="pause">
        Pause
      </Button>
      <IconButton kind="secondary" icon="step" label="One step" />
      <IconButton kind="secondary" icon="stop" label="Cancel" />
      <IconButton kind="secondary" icon="restart" label="Start again" />
    </Row>
  </Stack>
);
