/** A setting, a sampler, a pruner and a data set that are but an entry show up wherever they must. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/context.ts";
import { datasets } from "../../src/data/index.ts";
import { synthetic } from "../../src/data/synthetic.ts";
import { setting } from "../../src/settings/setting.ts";
import { settings } from "../../src/settings/table.ts";
import { number } from "../../src/settings/types.ts";
import { NopPruner, pruners } from "../../src/tuner/pruners/index.ts";
import { RandomSampler, samplers } from "../../src/tuner/samplers/index.ts";

const group = "The network:";
Object.assign(settings, {
  ballast: setting({
    ...{ group, flags: "--ballast <share>", type: number(0), default: 0.25 },
    ...{ help: "share of the units that is kept still", words: { "--ballast": "drop sand-bag" } },
  }),
});
Object.assign(samplers, {
  levy: {
    learns: true,
    options: {
      longJump: { kind: "number", flags: "--long-jump <n>", least: 0, default: 2, help: "how far" },
      startup: { like: "tpe", default: 3 },
    },
    create: () => new RandomSampler(),
  },
});
Object.assign(pruners, {
  patient: {
    ...{ learns: true, comparesTrials: true },
    options: {
      patience: { kind: "integer", flags: "--patience <n>", least: 1, default: 4, help: "how long" },
    },
    create: () => new NopPruner(),
  },
});
Object.assign(datasets, {
  digits: {
    ...{ about: "handwritten digits", samples: { train: 50_000, test: 10_000 }, made: "made here" },
    find: async () => ({ ...synthetic(), name: "digits" }),
  },
});

// They read the tables when they are loaded.
const { trainCommand } = await import("../../src/cli/commands/train.ts");
const { searchCommand } = await import("../../src/cli/commands/search.ts");
const { dataCommand } = await import("../../src/cli/commands/data.ts");
const { openDataset } = await import("../../src/cli/openDataset.ts");
const { meantFlags } = await import("../../src/cli/suggestions.ts");
const { trainCommandLine } = await import("../../src/settings/commandLine.ts");
const { settingsFromEnvironment } = await import("../../src/settings/environment.ts");
const { readSettingsFile } = await import("../../src/settings/file.ts");
const { checkOwners, prunerFlagsOf, prunerOptionsOf, roundSizeOf } = await import(
  "../../src/settings/method.ts"
);
const { mergeSettings } = await import("../../src/settings/settings.ts");
const { applyParams, parseSpace } = await import("../../src/settings/space.ts");

const folder = mkdtempSync(join(tmpdir(), "nnwasm-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stdout = new PassThrough();
const context: CliContext = {
  ...{ env: {}, home: folder, stdout, stderr: new PassThrough().resume() },
  signal: new AbortController().signal,
};
const helpOf = (command: { helpInformation(): string }) => command.helpInformation().replace(/\s+/g, " ");

describe("a setting that is made up", () => {
  it("has a flag with its default, and its words of other programs", () => {
    const help = "--ballast <share> share of the units that is kept still (default: 0.25)";
    for (const command of [trainCommand(context), searchCommand(context)])
      expect(helpOf(command)).toContain(help);
    expect(meantFlags("--sand_bag", ["--lr", "--ballast"])).toEqual(["--ballast"]);
  });

  it("comes from the environment and from files", async () => {
    expect(settingsFromEnvironment({ NNWASM_BALLAST: "0.5" })).toEqual({ ballast: 0.5 });
    const path = join(folder, "config.json");
    writeFileSync(path, '{"ballast": 0.5}');
    expect(await readSettingsFile(path)).toEqual({ ballast: 0.5 });
    writeFileSync(path, '{"ballast": -1}');
    await expect(readSettingsFile(path)).rejects.toThrow("ballast is -1, expected >=0.");
  });

  it("is searched, applied and printed", () => {
    expect(parseSpace(["ballast=0:0.5"])).toEqual({
      ballast: { kind: "float", low: 0, high: 0.5, log: false },
    });
    const applied = applyParams(mergeSettings(), { ballast: 0.5 });
    expect(mergeSettings()).toHaveProperty("ballast", 0.25);
    expect(trainCommandLine(applied)).toBe("nnwasm train --ballast 0.5");
  });
});

describe("a sampler and a pruner that are made up", () => {
  it("have their flags in search, with who has them", () => {
    const help = helpOf(searchCommand(context));
    expect(help).toMatch(/--sampler <name> [^(]+\(choices: coarse-to-fine, [^)]+, levy\)/);
    expect(help).toContain("--long-jump <n> levy: how far (default: 2)");
    expect(help).toContain("levy: random trials at first (default: 10, 8, 3)");
    expect(help).toMatch(/--round-size <n> tpe, gp, [^:]*levy, and pruners:/);
    expect(help).toContain("--patience <n> patient: how long (default: 4)");
  });

  it("are asked for their options and their rounds", () => {
    expect(() => checkOwners({ longJump: 3 }, "tpe", "none")).toThrow(
      "--long-jump is of --sampler levy, not of tpe. Leave it out, or choose that sampler.",
    );
    checkOwners({ longJump: 3, startup: 3, patience: 1 }, "levy", "patient");
    expect(prunerOptionsOf({ rung: 3, patience: 5 })).toEqual({ minimum: 3, warmup: 2, patience: 5 });
    expect(prunerFlagsOf({ minimum: 3, warmup: 2, patience: 5 })).toEqual({ rung: 3, patience: 5 });
    expect(roundSizeOf({ sampler: "levy", pruner: "none" })).toBe(4);
    expect(roundSizeOf({ sampler: "random", pruner: "patient" })).toBe(9);
    expect(roundSizeOf({ sampler: "random", pruner: "asha" })).toBeUndefined();
  });
});

describe("a data set that is made up", () => {
  it("is opened by its name, and named where there are choices", async () => {
    expect((await openDataset(context, "digits", 1)).dataset.name).toBe("digits");
    await expect(openDataset(context, "nonesuch", 1)).rejects.toThrow(
      /^No data set "nonesuch"\. There are: cifar10, .*synthetic, .*digits, or a folder that holds CIFAR-10( or [^.]+)?\.$/,
    );
  });

  it("is listed", async () => {
    await dataCommand(context).parseAsync(["list"], { from: "user" });
    expect(String(stdout.read())).toMatch(/\ndigits {5}handwritten digits\n {11}made here\n$/);
  });
});
