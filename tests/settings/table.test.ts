/** Every setting is described once, and can be given in every way that there is. */
import { PassThrough } from "node:stream";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { searchCommand } from "../../src/cli/commands/search.ts";
import { trainCommand } from "../../src/cli/commands/train.ts";
import type { CliContext } from "../../src/cli/context.ts";
import { optimizers } from "../../src/optimizers/index.ts";
import type { OptionDeclaration } from "../../src/options.ts";
import { schedules } from "../../src/schedules/index.ts";
import { trainCommandLine } from "../../src/settings/commandLine.ts";
import type { settingsOf } from "../../src/settings/declared.ts";
import { settingsFromEnvironment } from "../../src/settings/environment.ts";
import { FileSettings } from "../../src/settings/file.ts";
import { flagNames, flagOf } from "../../src/settings/flags.ts";
import { type SettingName, settingKey, settingNames } from "../../src/settings/names.ts";
import type { Setting } from "../../src/settings/setting.ts";
import { DEFAULTS, mergeSettings } from "../../src/settings/settings.ts";
import { parseSpace, shownName } from "../../src/settings/space.ts";
import { settings } from "../../src/settings/table.ts";

const context: CliContext = {
  env: {},
  home: "/",
  stdout: new PassThrough().resume(),
  stderr: new PassThrough().resume(),
  signal: new AbortController().signal,
};
const train = trainCommand(context);
const search = searchCommand(context);

type Value = readonly [text: string, value: unknown];

/** A value of each option that these declare themselves. */
function valuesOf<R extends Parameters<typeof settingsOf>[0]>(registry: R) {
  const values = ({ kind, choices = [], least = 0 }: OptionDeclaration): Value => {
    if (kind === "switch") return ["true", true];
    if (kind === "choice") return [choices.at(-1)!, choices.at(-1)!];
    return kind === "integer" ? ["9", 9] : [`${least + 0.25}`, least + 0.25];
  };
  const options = Object.values(registry).flatMap((each) => Object.entries(each.options));
  return Object.fromEntries(
    options.flatMap(([name, option]) => ("like" in option ? [] : [[name, values(option)]])),
  ) as { readonly [N in keyof ReturnType<typeof settingsOf<R>>]: Value };
}

/** A value of each setting that is not its default, as it is written, and as it is. */
const VALUES: Readonly<Record<SettingName, Value>> = {
  ...valuesOf(optimizers),
  ...valuesOf(schedules),
  members: ["10", 10],
  cv: ["4", 4],
  candidates: ["linear,network", ["linear", "network"]],
  data: ["synthetic", "synthetic"],
  target: ['a,"b, c"', ["a", "b, c"]],
  task: ["numbers", "numbers"],
  preset: ["table", "table"],
  test: ["test.csv", "test.csv"],
  drop: ["id", ["id"]],
  numeric: ["a,b", ["a", "b"]],
  categorical: ["zip", ["zip"]],
  weight: ["w", "w"],
  group: ["patient,eye", ["patient", "eye"]],
  time: ["sold", "sold"],
  missing: ["-,none", ["-", "none"]],
  format: ["csv", "csv"],
  delimiter: ["tab", "\t"],
  decimal: [",", ","],
  dates: ["month-first", "month-first"],
  header: ["false", false],
  encoding: ["utf-16le", "utf-16le"],
  size: ["32x24", "32x24"],
  inputScale: ["true", true],
  layers: ["7,8", [7, 8]],
  bn: ["before", "before"],
  activation: ["linear", "linear"],
  dropout: ["0.25", 0.25],
  flip: ["true", true],
  shift: ["9", 9],
  noise: ["0.25", 0.25],
  init: ["normal:0.5", "normal:0.5"],
  biasInit: ["normal:1", "normal:1"],
  outputInit: ["zeros", "zeros"],
  l2: ["0.25", 0.25],
  loss: ["huber", "huber"],
  labelSmoothing: ["0.25", 0.25],
  delta: ["0.25", 0.25],
  classWeight: ["cat=2,a=b=0.5", { cat: 2, "a=b": 0.5 }],
  optimizer: ["sgd", "sgd"],
  lrSchedule: ["constant", "constant"],
  rateFactors: ["scale=6,weight=fan-in:2", { scale: 6, weight: { factor: 2, fanIn: true } }],
  warmup: ["9", 9],
  cycles: ["0.5", 0.5],
  epochs: ["9", 9],
  batch: ["9", 9],
  validation: ["9", 9],
  limit: ["9", 9],
  standardize: ["none", "none"],
  shuffle: ["false", false],
  metrics: ["logLoss,confusion", ["logLoss", "confusion"]],
  trainingMetrics: ["running", "running"],
  patience: ["7", 7],
  minDelta: ["0.01", 0.01],
  monitor: ["validation.accuracy", "validation.accuracy"],
  keep: ["best", "best"],
  checkpointEvery: ["5", 5],
  seed: ["9", 9],
  threads: ["3", 3],
  simd: ["wide", "wide"],
  engine: ["js", "js"],
  dtype: ["float64", "float64"],
};
const entries = settingNames.map((key): [SettingName, Setting] => [key, settings[key]]);

describe.each(entries)("the setting %s", (key, entry) => {
  const [text, value] = VALUES[key];

  it("has a flag of its name in train, in its group, and in search unless trials cannot have it", () => {
    const own = flagNames(entry.flags).at(-1)!;
    expect(own.replace("--no-", "--")).toBe(flagOf(key));
    const option = train.options.find(({ long }) => long === own)!;
    expect(option.helpGroupHeading).toBe(entry.group);
    expect(option.description.startsWith(entry.help)).toBe(true);
    if (entry.default !== undefined && own === flagOf(key)) {
      expect(option.description).toMatch(
        entry.default === false ? /\(default: none[);]/ : `(default: ${entry.default}`,
      );
    }
    expect(search.options.some(({ long }) => long === own)).toBe(entry.alone !== true);
  });

  it("can be in a file, and with nothing that its schema does not take", () => {
    const read = (content: unknown) => v.safeParse(FileSettings, { [key]: content });
    expect(read(value)).toMatchObject({ success: true, output: { [key]: value } });
    expect(read({}).success).toBe(false);
  });

  it("can come from the environment by each of its flags' names, if it may", () => {
    for (const flag of flagNames(entry.flags)) {
      const variable = `NNWASM_${flag
        .replace(/^--(no-)?/, "")
        .replaceAll("-", "_")
        .toUpperCase()}`;
      const found = settingsFromEnvironment({ [variable]: text }, { alone: true });
      expect(found).toEqual(entry.environment === false ? {} : { [key]: value });
    }
  });

  it("can be searched by its name, or says why it cannot", () => {
    const space = () => parseSpace([`${shownName(key)}=${text}`]);
    if (entry.notSearched !== undefined) expect(space).toThrow(entry.notSearched);
    else expect(space()).toEqual({ [key]: { kind: "categorical", choices: [value] } });
  });

  it("is in the command that is printed if it changes results and is not the default", () => {
    const line = trainCommandLine(mergeSettings({ [key]: value }));
    const isUsual = JSON.stringify(value) === JSON.stringify(DEFAULTS[key]);
    expect(line.includes(flagOf(key)) || line.includes(flagOf(key).replace("--", "--no-"))).toBe(
      entry.changesResults !== false && !isUsual,
    );
  });

  it("is meant by the words of other programs and by second names", () => {
    for (const flag of flagNames(entry.flags)) expect(settingKey(flag.replace(/^--(no-)?/, ""))).toBe(key);
    const known = [...flagNames(entry.flags), ...(entry.off === undefined ? [] : [`--no-${key}`])];
    expect(known).toEqual(expect.arrayContaining(Object.keys(entry.words ?? {})));
  });
});
