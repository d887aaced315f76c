/** The field of a setting, by its kind in the table of settings: a choice, a switch, a number or a text. */

import { useState } from "preact/hooks";
import type { Given } from "../engine/api.ts";
import { NumberField } from "../kit/numberField.tsx";
import { Segmented } from "../kit/segmented.tsx";
import { Select } from "../kit/select.tsx";
import { Switch } from "../kit/switch.tsx";
import { TextField } from "../kit/textField.tsx";
import { choiceName } from "./names.ts";
import { labelOf, type SettingName, settingEntry } from "./settingEntries.ts";

export interface SettingFieldProps {
  readonly name: SettingName;
  /** What is given; undefined: the default holds. */
  readonly given: Given;
  /** All settings, with what the data and the presets decide. */
  readonly usual: Given;
  readonly onChange: (changes: Given) => void;
  readonly disabled?: boolean;
  /** Default: its flag in words. */
  readonly label?: string;
  readonly hint?: string | undefined;
}

/** Numbers that go over several powers of ten. */
const LOGARITHMIC = new Set<SettingName>(["etaMax", "etaMin", "l2", "weightDecay", "epsilon", "batch"]);

/** Those that take several names. */
const SEVERAL = new Set<SettingName>(["metrics"]);

/** What a field shows: what is given, else what holds without. */
const shownValue = ({ name, given, usual }: SettingFieldProps): unknown => given[name] ?? usual[name];

export function SettingField(props: SettingFieldProps) {
  const { name, onChange, disabled = false, hint } = props;
  const { type } = settingEntry(name);
  const label = props.label ?? labelOf(name);
  const value = shownValue(props);
  const change = (next: unknown) => onChange({ [name]: next } as Given);
  const shared = { label, disabled, ...(hint !== undefined && { hint }) };
  // Several of some names are written as a text.
  if (type.choices !== undefined && !Array.isArray(value) && !SEVERAL.has(name)) {
    return <ChoiceField {...props} value={value} onPick={change} shared={shared} />;
  }
  if (type.bare === true) {
    return <Switch {...shared} checked={value === true} onChange={change} />;
  }
  if (type.range !== undefined && (typeof value === "number" || value === undefined)) {
    return <NumberSetting name={name} value={value} onPick={change} shared={shared} />;
  }
  return <TextSetting name={name} value={value} onPick={change} shared={shared} />;
}

interface Inner {
  readonly value: unknown;
  readonly onPick: (value: unknown) => void;
  readonly shared: { readonly label: string; readonly disabled: boolean; readonly hint?: string };
}

/** Few names stand side by side, many in a list. */
const FEW = 3;

function ChoiceField({ name, value, onPick, shared }: Inner & Pick<SettingFieldProps, "name">) {
  const { type } = settingEntry(name);
  const none = type.isNone !== undefined ? [{ value: "none", label: "None" }] : [];
  const choices = [...none, ...type.choices!.map((each) => ({ value: each, label: choiceName(each) }))];
  const current = value === false || value === undefined ? "none" : String(value);
  const pick = (next: string) => onPick(next === "none" && none.length > 0 ? false : next);
  return choices.length <= FEW ? (
    <Segmented {...shared} value={current} choices={choices} onChange={pick} />
  ) : (
    <Select {...shared} value={current} choices={choices} onChange={pick} />
  );
}

function NumberSetting({
  name,
  value,
  onPick,
  shared,
}: Inner & { readonly name: SettingName; readonly value: number | undefined }) {
  const { type } = settingEntry(name);
  const whole = type.range === "integer";
  const isAllowed = (candidate: number) => {
    try {
      type.read(String(candidate));
      return true;
    } catch {
      return false;
    }
  };
  const min = [0, 1].find(isAllowed);
  const isLogarithmic = LOGARITHMIC.has(name);
  return (
    <NumberField
      {...shared}
      value={value ?? 0}
      {...(min !== undefined && { min })}
      {...(name === "dropout" && { max: 0.9, step: 0.05 })}
      {...(isLogarithmic ? { logSteps: true, step: whole ? 1 : 1e-5 } : {})}
      whole={whole && name !== "validation"}
      onChange={onPick}
    />
  );
}

function TextSetting({ name, value, onPick, shared }: Inner & { readonly name: SettingName }) {
  const { type } = settingEntry(name);
  const [problem, setProblem] = useState<string>();
  const text =
    value === undefined ? "" : type.isNone?.(value) ? "none" : (type.write ?? String)(value as never);
  const read = (given: string) => {
    if (given.trim() === "") {
      setProblem(undefined);
      onPick(undefined);
      return;
    }
    try {
      onPick(given === "none" && type.isNone?.(false) ? false : type.read(given.trim()));
      setProblem(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return <TextField {...shared} value={text} error={problem} onChange={read} />;
}
