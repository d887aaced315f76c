/** The settings of a configuration: its network, its training, and all else there is. */

import type { Given, Prepared } from "../engine/api.ts";
import { Disclosure } from "../kit/disclosure.tsx";
import { wholeText } from "../kit/format.ts";
import { LayerEditor } from "../kit/layerEditor.tsx";
import { Panel } from "../kit/panel.tsx";
import { Select } from "../kit/select.tsx";
import { ControlGrid, Stack } from "../kit/shell.tsx";
import { choiceName } from "./names.ts";
import type { Playground } from "./playground.ts";
import type { Slot } from "./run.ts";
import { hintOf, type SettingName, settingsByGroup } from "./settingEntries.ts";
import { SettingField } from "./settingField.tsx";

/** Settings with a place of their own; all others stand under "All settings". */
const NETWORK = { bn: "Batch normalisation", activation: "Activation", dropout: "Dropout" } as const;
const TRAINING = {
  ...{ optimizer: "Optimizer", etaMax: "Learning rate", lrSchedule: "Schedule", epochs: "Epochs" },
  ...{ batch: "Batch size", l2: "L2 penalty λ", seed: "Seed" },
} as const;

const INITS = [
  ...["xavier", "he", "lecun", "normal:0.1", "normal:0.01", "normal:0.001", "normal:0.0001"],
] as const;
const INIT_LABELS: Readonly<Record<string, string>> = {
  ...{ xavier: "Xavier", he: "He", lecun: "LeCun" },
  ...Object.fromEntries(INITS.slice(3).map((name) => [name, `Normal, σ = ${name.slice("normal:".length)}`])),
};

export interface ConfigPanelProps {
  readonly playground: Playground;
  readonly slot: Slot;
}

export function ConfigPanel({ playground, slot }: ConfigPanelProps) {
  const given = playground.given[slot].value;
  const run = playground.run(slot);
  const prepared = run.prepared.value;
  const usual = prepared?.settings ?? {};
  const disabled = run.isUnderWay;
  const onChange = (changes: Given) => playground.set(slot, changes);
  const field = (name: SettingName, label?: string) => (
    <SettingField
      key={name}
      {...{ name, given, usual, onChange, disabled }}
      {...(label === undefined ? { hint: hintOf(name) } : { label })}
    />
  );
  const init = String(given.init ?? usual.init ?? "xavier");
  return (
    <>
      <Panel title="Network" flat>
        <Stack>
          <LayerEditor
            layers={given.layers ?? usual.layers ?? []}
            onChange={(layers) => onChange({ layers })}
            inputs={{ count: prepared?.features ?? 0, label: "inputs" }}
            outputs={{ count: outputsOf(prepared), label: "outputs" }}
            marks={marksOf(given, usual)}
            summary={summaryOf(prepared)}
            disabled={disabled}
          />
          {field("bn", NETWORK.bn)}
          <ControlGrid>
            {field("activation", NETWORK.activation)}
            {field("dropout", NETWORK.dropout)}
          </ControlGrid>
          <Select
            label="Initial weights"
            value={init}
            disabled={disabled}
            choices={[...new Set([...INITS, init])].map((value) => ({
              value,
              label: INIT_LABELS[value] ?? value,
            }))}
            onChange={(value) => onChange({ init: value })}
          />
        </Stack>
      </Panel>
      <Panel title="Training" flat>
        <ControlGrid>
          {Object.entries(TRAINING).map(([name, label]) => field(name as SettingName, label))}
        </ControlGrid>
      </Panel>
      <AllSettings {...{ given, field }} />
    </>
  );
}

/** Those without a place of their own, as the command line's help groups them. */
function AllSettings({ given, field }: { given: Given; field: (name: SettingName) => preact.JSX.Element }) {
  const shown = new Set<string>([...Object.keys(NETWORK), ...Object.keys(TRAINING), "layers", "init"]);
  const groups = settingsByGroup().map(
    ([title, names]) => [title, names.filter((name) => !shown.has(name))] as const,
  );
  const changed = groups.flatMap(([, names]) => names).filter((name) => given[name] !== undefined).length;
  return (
    <Disclosure summary="All settings" aside={changed === 0 ? undefined : `${changed} given`}>
      <Stack large>
        {groups.map(
          ([title, names]) =>
            names.length > 0 && (
              <Panel key={title} title={groupTitle(title)} flat level={3}>
                <ControlGrid>{names.map((name) => field(name))}</ControlGrid>
              </Panel>
            ),
        )}
      </Stack>
    </Disclosure>
  );
}

/** "Network" of "The network:". */
const groupTitle = (title: string) =>
  title.replace(/^The ([a-z])/, (_, first: string) => first.toUpperCase()).replace(/:$/, "");

const outputsOf = (prepared: Prepared | undefined): number =>
  prepared?.layers.findLast(({ name }) => name.startsWith("dense"))?.outputs ?? 0;

/** What each hidden layer has beside its units. */
function marksOf(given: Given, usual: Given): string[] {
  const { bn, activation = "relu", dropout = 0 } = { ...usual, ...given };
  const own = choiceName(activation);
  const inOrder = bn === "before" ? ["BN", own] : bn === "after" ? [own, "BN"] : [own];
  return [...inOrder, ...(dropout > 0 ? ["drop"] : [])];
}

/** "3,072 → 50 → 10: 154,160 parameters". */
function summaryOf(prepared: Prepared | undefined): string {
  if (prepared === undefined) return "";
  const dense = prepared.layers.filter(({ name }) => name.startsWith("dense"));
  const widths = [prepared.features, ...dense.map(({ outputs }) => outputs)].map(wholeText).join(" → ");
  return `${widths}: ${wholeText(prepared.parameters)} parameters`;
}
