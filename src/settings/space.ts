/**
 * The search space of `nnwasm search`: a flag of `train` for each parameter, and what it may be.
 *
 *     l2=log:1e-5:1e-1      a number, uniform in its logarithm
 *     eta-max=0.01:0.3      a number
 *     batch=int:20:200      an integer; int:log:20:200, uniform in its logarithm
 *     layers=50,50|50,30,20 one of these
 *     layers.2=int:10:100   the units of the second hidden layer
 *     batch=50|100 if bn=after    only where another parameter has one of these values
 */
import * as v from "valibot";
import { ConfigError } from "../errors.ts";
import {
  categorical,
  contains,
  type Distribution,
  float,
  int,
  isActive,
  type Params,
  type ParamValue,
  type SearchSpace,
  type SpaceEntry,
  when,
} from "../tuner/searchSpace.ts";
import type { FinishedTrial } from "../tuner/trial.ts";
import { flagOf } from "./flags.ts";
import { type SettingName, settingHint, settingKey, settingNames } from "./names.ts";
import { checkRateFactors, fittingRateFactors } from "./rateFactors.ts";
import type { Setting } from "./setting.ts";
import type { ResolvedSettings, TrainSettings } from "./settings.ts";
import { settings } from "./table.ts";
import type { SettingType } from "./types.ts";

/** The units of a hidden layer: a part of the setting `layers`. */
const LAYER = /^layers\.([1-9][0-9]*)$/;

/** The type of a parameter: that of a setting, or of a layer's units. */
const typeOf = (key: string): SettingType<unknown> =>
  LAYER.test(key) ? settings.layers.type.member! : settings[key as SettingName].type;

/**
 * The name of a parameter as it is shown: its flag's, "eta-max" for "etaMax". A search itself uses the setting's name,
 * by which random numbers are drawn.
 */
export const shownName = (key: string): string => flagOf(key).slice(2);

/** "eta-max", "etaMax" and "lr" are "etaMax", "lambda" is "l2". */
function keyOf(name: string, where: string): string {
  const key = settingKey(name);
  if (LAYER.test(key)) return key;
  const entry: Setting | undefined = Object.hasOwn(settings, key) ? settings[key as SettingName] : undefined;
  if (entry === undefined) {
    const searched = settingNames.filter((each) => (settings[each] as Setting).notSearched === undefined);
    const known = [...searched.map(shownName), "layers.1"].join(", ");
    throw new ConfigError(`${where}: no setting "${name}".${settingHint(name)} There are: ${known}.`);
  }
  if (entry.notSearched !== undefined) throw new ConfigError(`${where}: ${entry.notSearched}`);
  return key;
}

/** A value of a setting, read as its flag is written. */
function parseValue(key: string, text: string, where: string): ParamValue {
  const { readChoice = String, schema } = typeOf(key);
  const fail = (expected: string) =>
    new ConfigError(`${where}: ${shownName(key)} is "${text}", expected ${expected}.`);
  let value: ParamValue;
  try {
    value = readChoice(text);
  } catch (error) {
    throw new ConfigError(`${where}: ${(error as Error).message}`);
  }
  if (Number.isNaN(value)) throw fail("a number");
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const [{ type, expected, message }] = result.issues;
    throw fail(type === "integer" ? "an integer" : (expected?.replace(">=", "≥ ") ?? message));
  }
  return value;
}

/** A range of values. If its ends are valid for the setting, so are all values between them. */
function parseRange(key: string, parts: readonly string[], where: string): Distribution {
  const whole = parts.includes("int") || typeOf(key).range === "integer";
  const [low, high] = parts.slice(-2).map((text) => parseValue(key, text, where) as number);
  const log = parts.includes("log");
  try {
    return whole ? int(low!, high!, { log }) : float(low!, high!, { log });
  } catch (error) {
    throw new ConfigError(`${where}: ${(error as Error).message}`);
  }
}

/** The parts of an entry: a parameter, what it may be, the parameter it depends on, and the values of that one. */
const ENTRY = /^\s*([A-Za-z0-9.-]+)\s*=\s*(.*?)(?:\s+if\s+([A-Za-z0-9.-]+)\s*=\s*(.+?))?\s*$/;

/** An entry with the flags' names: "eta-max=0.01:0.1" for "lr=0.01:0.1". @throws ConfigError as {@link parseSpace} */
export function shownSpaceText(text: string): string {
  const match = ENTRY.exec(text);
  if (match === null) return text;
  const [, name, what, otherName, otherValues] = match;
  const named = (name: string) => shownName(keyOf(name, `--space ${text}`));
  const condition = otherName === undefined ? "" : ` if ${named(otherName)}=${otherValues}`;
  return `${named(name!)}=${what}${condition}`;
}

function parseEntry(text: string, before: SearchSpace): [key: string, entry: SpaceEntry] {
  const where = `--space ${text}`;
  const match = ENTRY.exec(text);
  if (match === null || match[2] === "") {
    throw new ConfigError(
      `${where}: expected NAME=log:LOW:HIGH, NAME=LOW:HIGH, NAME=int:LOW:HIGH or NAME=A|B|C, as in l2=log:1e-5:1e-1.`,
    );
  }
  const [, name, what, otherName, otherValues] = match as unknown as [
    string,
    string,
    string,
    string?,
    string?,
  ];
  const key = keyOf(name, where);
  if (Object.hasOwn(before, key))
    throw new ConfigError(`${where}: ${shownName(key)} is there already. Give it once.`);
  const parts = what.split(":");
  const isRange =
    typeOf(key).range !== undefined &&
    parts.length >= 2 &&
    parts.slice(0, -2).every((part) => part === "int" || part === "log");
  let entry: SpaceEntry;
  if (isRange) {
    entry = parseRange(key, parts, where);
  } else {
    try {
      entry = categorical(what.split("|").map((choice) => parseValue(key, choice, where)));
    } catch (error) {
      throw error instanceof ConfigError && error.message.startsWith("--space")
        ? error
        : new ConfigError(`${where}: ${(error as Error).message}`);
    }
  }
  if (otherName !== undefined) {
    const other = keyOf(otherName, where);
    if (before[other] === undefined) {
      const known = Object.keys(before).map(shownName).join(", ") || "none";
      throw new ConfigError(
        `${where}: ${shownName(other)} is no parameter that stands before it (${known}). Put --space ${shownName(other)}=… first.`,
      );
    }
    const values = otherValues!.split("|").map((choice) => parseValue(other, choice, where));
    const bad = values.find((value) => !contains(before[other]!, value));
    if (bad !== undefined)
      throw new ConfigError(
        `${where}: ${shownName(other)} is never ${JSON.stringify(bad)}. Give one of its values.`,
      );
    entry = when(entry, other, values);
  }
  return [key, entry];
}

/**
 * @param texts one for each parameter, which may depend on those before it
 * @throws ConfigError that names the text, what in it is wrong, and what is expected
 */
export function parseSpace(texts: readonly string[]): SearchSpace {
  let space: SearchSpace = {};
  for (const text of texts) {
    const [key, entry] = parseEntry(text, space);
    space = { ...space, [key]: entry };
  }
  return space;
}

/** "none" for a value that its flag writes so, as in `--bn none` and `--layers none`; any other value as it is. */
export const shownValue = (key: string, value: ParamValue): ParamValue =>
  typeOf(key).isNone?.(value) ? "none" : value;

/** Parameters by the names that are shown. */
export const shownParams = (params: Params): Params => renamed(params, shownName);

/** A space by the names and values that are shown. */
export const shownSpace = (space: SearchSpace): SearchSpace =>
  mapped(space, (entry, key) => {
    const { when: condition, ...distribution } = entry;
    const shown = shownDistribution(distribution, key);
    if (condition === undefined) return shown;
    const { param, values } = condition;
    return when(
      shown,
      shownName(param),
      values.map((value) => shownValue(param, value)),
    );
  });

/** A trial by the names and values that are shown. */
export const shownTrial = (trial: FinishedTrial): FinishedTrial => ({
  ...trial,
  params: mapped(trial.params, (value, key) => shownValue(key, value)),
  distributions: mapped(trial.distributions, shownDistribution),
});

const shownDistribution = (distribution: Distribution, key: string): Distribution =>
  distribution.kind === "categorical"
    ? { ...distribution, choices: distribution.choices.map((choice) => shownValue(key, choice)) }
    : distribution;

/** The changed values by the names that are shown. */
const mapped = <T, U>(values: Readonly<Record<string, T>>, change: (value: T, key: string) => U) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [shownName(key), change(value, key)]));

/**
 * The trial that the settings themselves are.
 * @returns its parameters, and the first of them, if there is one, that the space does not have with this value
 */
export function paramsOf(
  settings: ResolvedSettings,
  space: SearchSpace,
): { readonly params: Params; readonly outside?: string } {
  const params: Record<string, ParamValue> = {};
  for (const [key, entry] of Object.entries(space)) {
    if (!isActive(entry, params)) continue;
    const place = Number(LAYER.exec(key)?.[1] ?? 0);
    const { layers = settings.layers } = params as { readonly layers?: readonly number[] };
    const value = place > 0 ? layers[place - 1] : settings[key as SettingName];
    if (value === undefined || !contains(entry, value as ParamValue)) return { params, outside: key };
    params[key] = value as ParamValue;
  }
  return { params };
}

/** Parameters by the settings' names, given by the names that are shown or, in older folders, by the settings' own. */
export const paramsByKey = (params: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  renamed(params, settingKey);

const renamed = <T>(values: Readonly<Record<string, T>>, rename: (name: string) => string) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]));

/**
 * Checks what of a space can be checked before its first trial.
 * @throws ConfigError if the units of a layer are searched that no trial has, or a factor of the learning rate is for no parameter
 */
export function checkSpaceFits(space: SearchSpace, base: TrainSettings): void {
  checkRateFactors(base, (key) => Object.hasOwn(space, key));
  const { layers } = space;
  const lists = layers?.kind === "categorical" ? (layers.choices as readonly number[][]) : [];
  const most = Math.max(
    ...[...lists, ...(layers?.when || !layers ? [base.layers] : [])].map((list) => list.length),
  );
  for (const key of Object.keys(space)) {
    if (Number(LAYER.exec(key)?.[1] ?? 0) > most) throw noLayer(key, base.layers);
  }
}

const noLayer = (key: string, layers: readonly number[]) =>
  new ConfigError(
    `${key}: there are ${layers.length} hidden layers (${layers.join(",") || "none"}). Give --layers as many as are searched.`,
  );

/**
 * The settings of a trial. A factor of the learning rate is left out where the trial has no such parameter.
 * @throws ConfigError if a hidden layer is named that is not there
 */
export function applyParams(base: TrainSettings, params: Params): TrainSettings {
  const settings: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(params)) if (!LAYER.test(key)) settings[key] = value;
  const layers = [...(settings.layers as number[])];
  for (const [key, value] of Object.entries(params)) {
    const place = Number(LAYER.exec(key)?.[1] ?? 0);
    if (place === 0) continue;
    if (place > layers.length) throw noLayer(key, layers);
    layers[place - 1] = value as number;
  }
  const applied = { ...(settings as unknown as TrainSettings), layers };
  return { ...applied, rateFactors: fittingRateFactors(applied.rateFactors, applied) };
}
