/** The gallery's controls in all their states. */
import { signal } from "@preact/signals";
import {
  Button,
  Columns,
  ControlGrid,
  CopyField,
  Dialog,
  ICONS,
  Icon,
  IconButton,
  Menu,
  Meter,
  NumberField,
  Panel,
  PresetPicker,
  Row,
  Segmented,
  Select,
  Slider,
  Stack,
  Switch,
  Tabs,
  TextField,
} from "../kit/index.ts";

const dialog = signal(false);
const preset = signal("nine");
const tab = signal("curves");
const number = signal(0.01);
const segment = signal("before");

const COMMAND =
  "npx nnwasm train --data spirals --layers 50,30,20,20,10,10,10,10 --bn --optimizer adam --eta 0.001 --epochs 20 --seed 1";

const PRESETS = [
  {
    id: "nine",
    title: "Nine layers without BN",
    description: "The signal dies on its way: accuracy stays at chance.",
  },
  {
    id: "bn",
    title: "Nine layers with BN",
    description: "The same network learns: each layer is brought back to spread 1.",
  },
  { id: "three", title: "Three layers", description: "Deep enough for 53% on CIFAR-10, and it needs no BN." },
];

const Buttons = () => (
  <Panel title="Buttons">
    <Stack>
      <Row>
        <Button kind="primary" icon="play">
          Train
        </Button>
        <Button icon="download">Download model</Button>
        <Button kind="quiet">Quiet</Button>
        <Button kind="danger" icon="trash">
          Delete
        </Button>
      </Row>
      <Row>
        <Button kind="primary" busy>
          Train
        </Button>
        <Button busy>Reading</Button>
        <Button disabled>Disabled</Button>
        <Button kind="primary" disabled>
          Disabled
        </Button>
        <Button small>Small</Button>
        <Button pressed>Pressed</Button>
      </Row>
      <Row>
        <IconButton icon="more" label="More" />
        <IconButton kind="secondary" icon="restart" label="Start again" />
        <IconButton kind="secondary" icon="stop" label="Cancel" disabled />
        <Menu
          label="Export"
          icon="download"
          items={[
            { id: "model", title: "Model file", icon: "file" },
            { id: "csv", title: "History as CSV", icon: "table" },
          ]}
          onSelect={() => {}}
        />
        <Button onClick={() => (dialog.value = true)}>Open dialog</Button>
      </Row>
    </Stack>
  </Panel>
);

const Fields = () => (
  <Panel title="Fields">
    <ControlGrid>
      <TextField label="Name" value="run 12" />
      <TextField label="Search" type="search" placeholder="Column" value="" />
      <NumberField
        label="Learning rate"
        value={number.value}
        onChange={(value) => (number.value = value)}
        min={0}
        max={1}
        step={1e-6}
        logSteps
        hint="Arrow keys go 1, 2, 5, 10."
      />
      <NumberField label="Epochs" value={0} onChange={() => {}} error="At least 1." />
      <Select
        label="Activation"
        value="relu"
        choices={[
          { value: "relu", label: "ReLU" },
          { value: "a", label: "A very long name of a choice that does not fit" },
        ]}
        onChange={() => {}}
      />
      <Select
        label="Disabled"
        value="a"
        disabled
        choices={[{ value: "a", label: "Cannot be changed" }]}
        onChange={() => {}}
      />
      <NumberField label="Disabled" value={100} disabled unit="samples" onChange={() => {}} />
      <Slider label="Disabled" value={0.3} min={0} max={1} step={0.1} disabled onInput={() => {}} />
    </ControlGrid>
  </Panel>
);

const Choices = () => (
  <Panel title="Choices">
    <Stack>
      <Segmented
        label="Batch normalization"
        value={segment.value}
        choices={[
          { value: "none", label: "None" },
          { value: "before", label: "Before ReLU" },
          { value: "after", label: "After ReLU" },
        ]}
        onChange={(value) => (segment.value = value)}
      />
      <Segmented
        label="Disabled"
        compact
        disabled
        value="a"
        choices={[
          { value: "a", label: "One", icon: "image" },
          { value: "b", label: "Two", icon: "table" },
        ]}
        onChange={() => {}}
      />
      <Switch
        label="Early stopping"
        checked
        onChange={() => {}}
        hint="Ends when validation has not improved for five epochs."
      />
      <Switch label="Not now" checked={false} disabled onChange={() => {}} />
    </Stack>
  </Panel>
);

const Presets = () => (
  <Panel title="Presets and commands">
    <Stack>
      <PresetPicker
        label="Experiments"
        items={PRESETS.map((one) => ({ ...one, current: one.id === preset.value }))}
        onSelect={(id) => (preset.value = id)}
      />
      <CopyField label="Command" text={COMMAND} />
      <Tabs
        label="Views"
        value={tab.value}
        onChange={(value) => (tab.value = value)}
        tabs={[
          {
            value: "curves",
            label: "Curves",
            content: () => <Meter label="cat" value={0.71} text="71.2%" strong />,
          },
          {
            value: "weights",
            label: "Weights",
            content: () => <Meter label="dog" value={0.18} text="18.0%" />,
          },
          { value: "columns", label: "Columns", disabled: true, content: () => null },
        ]}
      />
    </Stack>
  </Panel>
);

export const Controls = () => (
  <>
    <div id="controls" />
    <Columns>
      <Buttons />
      <Fields />
      <Choices />
      <Presets />
      <Panel title="Icons" collapsible>
        <Row>
          {ICONS.map((name) => (
            <Icon key={name} name={name} />
          ))}
        </Row>
      </Panel>
      <Panel title="Folded" collapsible open={false}>
        Nothing to see.
      </Panel>
    </Columns>
    <Dialog
      open={dialog.value}
      onClose={() => (dialog.value = false)}
      title="Delete this run?"
      description="Its checkpoint in this browser goes with it. The model file that you have downloaded stays."
      actions={
        <>
          <Button onClick={() => (dialog.value = false)}>Keep it</Button>
          <Button kind="danger" onClick={() => (dialog.value = false)}>
            Delete
          </Button>
        </>
      }
    >
      <TextField label="Type its name" value="" />
    </Dialog>
  </>
);
