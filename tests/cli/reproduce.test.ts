/** `nnwasm reproduce` as a user has it, on a small data set and a few epochs. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { type Event, events, PROGRAM, readJson } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { killedAgainAndAgain } from "../helpers/kills.ts";
import { signalAt } from "../helpers/signalAt.ts";

const { at, cifar, runCli, runJson, start } = cliFolder({ cifar: true });
const SMALL = words("--limit 300 --validation 200 --epochs 2");
const reproduce = (...more: string[]): string[] => ["reproduce", ...more, ...SMALL, "--data", cifar()];
const lines = (...path: string[]): Event[] => events(readFileSync(at(...path), "utf8"));

/** What must be the same however it comes to its end. */
const rows = (all: Event[]) =>
  all
    .filter(({ event }) => event === "experiment")
    .map(({ seconds: _, ...row }) => row)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
const hashes = (out: string) =>
  Object.fromEntries(
    lines(out, "trainings.jsonl").map(({ id, seed, weightsSha256 }) => [`${id} ${seed}`, weightsSha256]),
  );

describe("reproduce", () => {
  let all: Event[];
  beforeAll(async () => {
    all = await runJson(reproduce("--out", "all", "--workers", "2"));
  });

  it("runs all 37 trainings and gives an event for each row", () => {
    expect(all[0]).toMatchObject({
      event: "start",
      command: "reproduce",
      data: { name: "cifar10", train: 300, validation: 200, test: 10_000 },
      out: "all",
    });
    const ids = all.filter(({ event }) => event === "experiment").map(({ id }) => id);
    const numbered = (table: number, n: number) =>
      Array.from({ length: n }, (_, i) => `tab${table}-${i + 1}`);
    expect(new Set(ids)).toEqual(
      new Set([
        ...words("fig1 fig2 fig3 fig4 fig5"),
        ...numbered(1, 10),
        ...numbered(2, 5),
        ...numbered(3, 5),
        ...[3, 9].flatMap((layers) =>
          ["nobn", "bn"].flatMap((bn) =>
            ["0.1", "0.001", "0.0001"].map((sigma) => `tab4-${layers}-${bn}-${sigma}`),
          ),
        ),
      ]),
    );
    expect(ids.length).toBe(37);
    const fig5 = all.find(({ id }) => id === "fig5")!;
    expect(fig5).toMatchObject({ metric: "test", published: 0.5392, l2: 7.86e-3, sd: null });
    expect(fig5.values).toEqual([fig5.mean]);
    expect(all.find(({ id }) => id === "tab2-1")).toMatchObject({ metric: "validation", published: 0.534 });
    expect(all.at(-1)).toMatchObject({ event: "result", command: "reproduce", trainings: 37, out: "all" });
  });

  it("leaves the report in HTML and Markdown, the plots and every training", () => {
    expect(readdirSync(at("all")).sort()).toEqual(
      words("plots report.html report.md reproduction.json summary.json trainings.jsonl"),
    );
    const plots = readdirSync(at("all", "plots"));
    for (const figure of [1, 2, 3, 4, 5])
      for (const name of words("cost loss accuracy learning-rate"))
        expect(plots).toContain(`fig${figure}-${name}.svg`);
    const html = readFileSync(at("all", "report.html"), "utf8");
    const markdown = readFileSync(at("all", "report.md"), "utf8");
    for (const text of [html, markdown])
      expect(text).not.toMatch(/undefined|NaN|https?:\/\/(?!www\.w3\.org)/);
    // Its settings, not the report's.
    expect(markdown).not.toMatch(/\b[23]0 epochs|45,000|5,000|4,500|three cycles|tenth/);
    for (const text of [
      "into 49,800 to train on, of which 300 are used, and 200 to validate",
      "of 30 updates or ten epochs each",
      "Test accuracy after 2 epochs: ",
      "Fine search 1: validation accuracy after 2 epochs",
    ])
      expect(markdown).toContain(text);
    for (const [, name] of markdown.matchAll(/\((plots\/[^)]+)\)/g))
      expect(plots.map((plot) => `plots/${plot}`)).toContain(name);
    expect(readJson(at("all", "summary.json")).experiments.length).toBe(37);
    expect(lines("all", "trainings.jsonl").every(({ rows, epochs }) => rows.length === epochs)).toBe(true);
  });

  it("trains what `nnwasm train` trains, to the bit", async () => {
    const train = [...words("train --bn --json --data"), cifar(), ...SMALL];
    const { weightsSha256, test } = (await runJson(train.filter((word) => word !== "--json"))).at(-1)!;
    const fig2 = lines("all", "trainings.jsonl").find(({ id }) => id === "fig2")!;
    expect(fig2.weightsSha256).toBe(weightsSha256);
    expect(fig2.test).toEqual(test);
  });

  it("takes running training metrics for what is not drawn alone; with full ones, the same numbers", async () => {
    const some = ["fig1", "fig2", "tab2-1", "--out"];
    const running = await runJson(reproduce(...some, "running"));
    const full = await runJson(reproduce(...some, "in-full", "--training-metrics", "full"));
    expect(rows(running)).toEqual(rows(full));
    expect(rows(running)).toEqual(rows(all).filter(({ id }) => ["fig1", "fig2", "tab2-1"].includes(id)));
    expect(hashes("running")).toEqual(hashes("in-full"));
    const trained = (out: string) =>
      Object.fromEntries(
        lines(out, "trainings.jsonl").map(({ id, rows }) => [id, rows.map(({ train }: Event) => train)]),
      );
    const { "tab2-1": means, ...drawn } = trained("running");
    const { "tab2-1": afterwards, ...expected } = trained("in-full");
    expect(drawn).toEqual(expected);
    expect(Object.keys(drawn).sort()).toEqual(["fig1", "fig2"]);
    expect(means).not.toEqual(afterwards);
    const command = "nnwasm reproduce fig1 fig2 tab2-1";
    expect(readFileSync(at("running", "report.md"), "utf8")).toContain(`${command} --limit 300`);
    expect(readFileSync(at("in-full", "report.md"), "utf8")).toContain(
      `${command} --training-metrics full --limit 300`,
    );
    const { code, stderr } = await runCli(words("reproduce --training-metrics none"));
    expect(code).toBe(2);
    expect(stderr).toContain("Allowed choices are full, running.");
  });

  it("compares with the paper's numbers only what was made as the paper's", async () => {
    const { code, stdout, stderr } = await runCli([
      ...reproduce("fig1", "--out", "other"),
      "--data",
      cifar(),
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/: 1 training, 2 epochs, /);
    expect(stderr).toMatch(/fig1 +test +report 0\.5360 {2}here 0\.\d{4}\n/);
    expect(stdout).toMatch(/^experiment +accuracy +report +mean +sd\nfig1 +test +0\.5360 +0\.\d{4} +–\n/);
    expect(stdout).toContain(
      "Made on cifar10, with --limit 300, with --validation 200 and with --epochs 2: these numbers are not the report's, " +
        "and are not compared with them.\n",
    );
  });

  it("takes ids, and a table's name for its rows", async () => {
    const some = await runJson(reproduce("tab2", "fig1", "tab4-9-bn"));
    expect(rows(some).map(({ id }) => id)).toEqual(
      words("fig1 tab2-1 tab2-2 tab2-3 tab2-4 tab2-5 tab4-9-bn-0.0001 tab4-9-bn-0.001 tab4-9-bn-0.1"),
    );
    const { code, stderr } = await runCli(reproduce("fig9"));
    expect(code).toBe(2);
    expect(stderr).toContain(
      'ConfigError: No experiment "fig9". There are: fig1, fig2, fig3, fig4, fig5, tab1 (tab1-1 … tab1-10), ',
    );
  });

  it("gives the same numbers with one worker as with three, and a spread over seeds", async () => {
    const run = (workers: string, out: string) =>
      runJson(reproduce("fig1", "fig4", "--seeds", "2", "--workers", workers, "--out", out));
    const [one, three] = await Promise.all([run("1", "one"), run("3", "three")]);
    expect(rows(three)).toEqual(rows(one));
    expect(hashes("three")).toEqual(hashes("one"));
    for (const { values, mean, sd } of rows(one)) {
      expect(mean).toBeCloseTo((values[0] + values[1]) / 2, 12);
      expect(sd).toBeCloseTo(Math.abs(values[0] - values[1]) / Math.SQRT2, 12);
    }
  });

  it("adds what is beyond the paper behind flags: the appendix, and a search of its own", async () => {
    const beyond = await runJson(reproduce("fig2", "--appendix", "--fresh-search", "--out", "beyond"));
    const ids = rows(beyond).map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(words("fig2 fig2-before fig4-before fig1-zeros fresh-1-10 fresh-3-5")),
    );
    const fresh = rows(beyond).filter(({ id }) => id.startsWith("fresh-"));
    expect(fresh.length).toBe(20);
    const best = fresh
      .filter(({ id }) => id.startsWith("fresh-1-"))
      .sort((a, b) => b.mean - a.mean || Number(a.id.slice(8)) - Number(b.id.slice(8)))[0]!;
    for (const { id, l2 } of fresh.filter(({ id }) => id.startsWith("fresh-2-")))
      expect(Math.abs(l2 / best.l2 - 1), id).toBeLessThanOrEqual(0.2);
    expect(readFileSync(at("beyond", "report.html"), "utf8")).not.toMatch(/undefined|NaN/);
  });
});

describe("a reproduction that is cut off", () => {
  it("with kill -9, again and again, ends with the table of one that is not", async () => {
    const flags = words("fig2 --fresh-search");
    const begin = performance.now();
    const whole = await runJson(reproduce(...flags, "--out", "undisturbed"));
    const { last, out } = await killedAgainAndAgain({
      cwd: at(),
      name: "killed",
      begin: (out) => reproduce(...flags, "--json", "--out", out),
      resume: (out) => ["reproduce", "--json", "--resume", out],
      milliseconds: performance.now() - begin,
      random: new Random(1, "kill", "reproduce"),
      isTooEarly: (stderr) => stderr.includes("reproduction.json cannot be read"),
    });
    expect(rows(last)).toEqual(rows(whole));
    expect(hashes(out)).toEqual(hashes("undisturbed"));
    // The report too, but for the times in it.
    const tables = (out: string) =>
      readFileSync(at(out, "report.md"), "utf8")
        .split("\n")
        .filter((line) => /^\| (fig|tab|fresh)|^\| [0-9]/.test(line))
        .map((line) => line.replace(/ \d+\.\d \|(?= [0-9a-f]{12} \|)/, "")); // seconds, before a hash
    expect(tables(out)).toEqual(tables("undisturbed"));
    expect(tables(out).length).toBeGreaterThan(10);
  });

  it("with Ctrl-C, says how to go on", async () => {
    const { code, stderr } = await runCli(
      reproduce("tab1", "--workers", "1", "--json", "--out", "stopped"),
      signalAt({ stream: "stdout", text: '"id":"tab1-2"', signal: "SIGINT" }),
    );
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /Interrupted after \d of 10 trainings\. Go on with: nnwasm reproduce --resume stopped\n/,
    );
    expect(rows(await runJson(words("reproduce --resume stopped"))).length).toBe(10);
  });

  it("sums the time of its sessions", async () => {
    const seconds = async () =>
      (await runJson(words("reproduce --resume stopped"))).at(-1)!.seconds as number;
    const first = await seconds();
    expect(first).toBeGreaterThan(lines("stopped", "trainings.jsonl").at(-1)!.clock);
    expect(await seconds()).toBeGreaterThan(lines("stopped", "trainings.jsonl").at(-1)!.clock);
  });

  it("ends when a training cannot be recorded, its own search included", async () => {
    const limited = `ulimit -f 3; exec ${process.execPath} ${PROGRAM} "$@"`;
    const args = reproduce("fig1", "--fresh-search", "--workers", "1", "--out", "full");
    const { code, stderr } = await start("/bin/bash", ["-c", limited, "bash", ...args]).result;
    expect(code).toBe(4);
    expect(stderr).toContain("FileError: full/trainings.jsonl cannot be written");
    expect(stderr).not.toContain("diverged");
  });

  it("refuses other flags, a folder in use, a damaged line", async () => {
    const fails = async (args: string[]) => {
      const { code, stderr } = await runCli(args);
      return [code, stderr.trimEnd().split("\n").at(-1)];
    };
    expect(await fails(words("reproduce --resume stopped --seeds 3"))).toEqual([
      2,
      "ConfigError: --seeds with --resume: the reproduction goes on with what stopped/reproduction.json says. Leave it out, or begin another one. (--workers and the queue may change.)",
    ]);
    expect(await fails(reproduce("--out", "stopped"))).toEqual([
      2,
      "ConfigError: --out stopped: the folder is not empty. Give another folder, --resume stopped to go on with what is in it, or --force to replace it.",
    ]);
    const file = at("stopped", "trainings.jsonl");
    const [first, ...rest] = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, [JSON.stringify({ ...JSON.parse(first!), seed: "one" }), ...rest].join("\n"));
    expect(await fails(words("reproduce --resume stopped"))).toEqual([
      4,
      'FileError: stopped/trainings.jsonl, line 1: seed is "one", expected number. Take the line away and the training runs again.',
    ]);
  });
});
