/** `nnwasm data`: lists, fetches and verifies data sets, and says what is understood of a file. */

import { Argument, type Command, Option } from "commander";
import pc from "picocolors";
import type { Dataset } from "../../data/dataset.ts";
import { datasets } from "../../data/index.ts";
import type { DatasetFiles, DatasetKind, PublishedDataset } from "../../data/kind.ts";
import { cacheFolder, dataFolders } from "../../data/locations.ts";
import { ConfigError, DatasetError, NnwasmError } from "../../errors.ts";
import { decimals, megabytes, percent, timeLeft } from "../../format/numbers.ts";
import { tableLine } from "../../format/tables.ts";
import { DATA_WORDS } from "../../settings/flags.ts";
import { addCommands, newCommand, writeEvent } from "../command.ts";
import { type CliContext, hasColors, Interrupted } from "../context.ts";
import { dataFolderProblem, warn } from "../openDataset.ts";
import { StatusLine } from "../progress/statusLine.ts";
import { addWords } from "../suggestions.ts";
import { printable } from "../text.ts";
import { describeCommand } from "./describe.ts";

addWords({ "--data": DATA_WORDS });

type Kinds = Readonly<Record<string, DatasetKind>>;
type Found = readonly [name: string, published: PublishedDataset, files: DatasetFiles];

/** The data sets that can be fetched and verified. */
const publishedOf = (kinds: Kinds): Found[] =>
  Object.entries(kinds).flatMap(([name, { files }]) =>
    files?.published === undefined ? [] : [[name, files.published, files] as const],
  );

/** The command `data` with its subcommands. @param kinds the data sets; tests give their own */
export function dataCommand(context: CliContext, kinds: Kinds = datasets): Command {
  const published = publishedOf(kinds);
  const [first] = published.map(([name]) => name);
  const data = newCommand(context, "data", "describe a table or images; list, fetch and verify data sets", [
    "nnwasm data describe houses.csv",
    "nnwasm data list",
    `nnwasm data fetch ${first}`,
    "nnwasm data verify",
  ]);
  return addCommands(data, [
    describeCommand(context),
    listCommand(context, kinds),
    fetchCommand(context, published),
    verifyCommand(context, published),
  ]);
}

async function warnOfDataFolder(context: CliContext): Promise<void> {
  const problem = await dataFolderProblem(context.env);
  if (problem !== undefined) warn(context, problem);
}

function listCommand(context: CliContext, kinds: Kinds): Command {
  const { env, home, stdout } = context;
  const widest = Math.max(...Object.keys(kinds).map((name) => name.length)) + 2;
  return newCommand(context, "list", "list the data sets, and where they are", ["nnwasm data list"])
    .option("--json", "print events as JSON, one a line")
    .action(async ({ json = false }: { json?: boolean }) => {
      await warnOfDataFolder(context);
      for (const [name, kind] of Object.entries(kinds)) {
        const { about, samples, files } = kind;
        const { found, problem } = await lookFor(kind, dataFolders(env, home));
        if (json) {
          const state = found || files === undefined ? "here" : problem ? "damaged" : "absent";
          const folder = found?.origin ?? null;
          writeEvent(context, { event: "dataset", name, ...samples, state, folder, problem });
          continue;
        }
        const where = found?.origin ?? problem ?? kind.made ?? notHere(name, files?.published);
        stdout.write(`${name.padEnd(widest)}${about}\n${" ".repeat(widest)}${printable(where)}\n`);
      }
    });
}

/** A data set that lies in files, or what is wrong with it; nothing if it is not there. */
async function lookFor(
  kind: DatasetKind,
  folders: readonly string[],
): Promise<{ readonly found?: Dataset | undefined; readonly problem?: string }> {
  if (kind.files === undefined) return {};
  try {
    return { found: await kind.find({ folders, seed: 1 }) };
  } catch (error) {
    if (!(error instanceof NnwasmError)) throw error;
    return { problem: error.message };
  }
}

const notHere = (name: string, published: PublishedDataset | undefined): string =>
  published === undefined
    ? "not here"
    : `not here yet; to download it (${megabytes(published.bytes)} MB): nnwasm data fetch ${name}`;

function fetchCommand(context: CliContext, published: readonly Found[]): Command {
  const { env, home, signal, stdout } = context;
  const names = published.map(([name]) => name);
  return newCommand(context, "fetch", "download a data set into the cache", [
    `nnwasm data fetch ${names[0]}`,
    `NNWASM_HOME=/big/disk nnwasm data fetch ${names[0]}`,
  ])
    .addArgument(new Argument("<name>", "the data set").choices(names))
    .addOption(urlOption(published))
    .option("--quiet", "show no progress")
    .option("--json", "print events as JSON, one a line; progress stays on stderr")
    .action(async (name: string, options: { url?: string; quiet?: boolean; json?: boolean }) => {
      if (typeof WebAssembly === "undefined") {
        throw new ConfigError(
          "data fetch: Node's downloads need WebAssembly, which is not here (node --jitless turns it off). " +
            "Leave --jitless out.",
        );
      }
      const progress = new DownloadProgress(context, name, options.quiet ?? false);
      try {
        const [, { fetch }] = published.find(([its]) => its === name)!;
        const { folder, fetched } = await fetch({
          folder: `${cacheFolder(env, home)}/${name}`,
          url: options.url,
          signal,
          onProgress: (done, total) => progress.update(done, total),
          onRetry: (reason, pauseMs) =>
            progress.note(`${reason}; trying again in ${decimals(pauseMs / 1000, 0)} s`),
          onUnpack: () => progress.note("unpacking and checking"),
        });
        progress.end();
        if (options.json)
          writeEvent(context, { event: "result", command: "data fetch", name, folder, fetched });
        else
          stdout.write(
            `${name} is ${fetched ? "now" : "already"} in ${printable(folder)}: all files are the published ones.\n`,
          );
      } catch (error) {
        progress.end();
        if (!signal.aborted) throw error;
        throw new Interrupted(`Interrupted. What has arrived is kept: the same command goes on from there.`, {
          cause: error,
        });
      }
    });
}

/** The option for another address. If there is only one data set, its usual address is the default. */
function urlOption(published: readonly Found[]): Option {
  const option = new Option(
    "--url <url>",
    "another address of the same archive, or of a folder with the same files",
  );
  const [[, { url }]] = published as [Found];
  return published.length === 1 ? option.default(url) : option;
}

function verifyCommand(context: CliContext, published: readonly Found[]): Command {
  const { env, home, signal, stdout } = context;
  const names = published.map(([name]) => name);
  const print = (text: string) => stdout.write(`${text}\n`);
  return newCommand(context, "verify", "compare the files of a data set with the published ones", [
    "nnwasm data verify",
    `nnwasm data verify ${names[0]} --data ~/data/cifar-10-batches-bin`,
  ])
    .addArgument(new Argument("[name]", "the data set").choices(names).default(names[0]))
    .option("--data <folder>", "the folder that holds it, instead of those that are searched")
    .option("--json", "print events as JSON, one a line")
    .action(async (name: string, options: { data?: string; json?: boolean }) => {
      if (options.data === undefined) await warnOfDataFolder(context);
      const folders = options.data === undefined ? dataFolders(env, home) : [options.data];
      const [, { verify }, { title, locate }] = published.find(([its]) => its === name)!;
      const folder = await locate(folders);
      if (folder === undefined) {
        throw new DatasetError(
          `No ${title} in ${folders.join(" or ")}. Give its folder with --data, or run: nnwasm data fetch ${name}`,
        );
      }
      const checks = await verify(folder, { signal }).catch((error) => {
        throw signal.aborted ? new Interrupted("Interrupted. Nothing was changed.", { cause: error }) : error;
      });
      const widest = Math.max(...checks.map((check) => check.name.length));
      const colors = pc.createColors(hasColors(context, stdout));
      for (const check of checks) {
        if (options.json) writeEvent(context, { event: "file", ...check });
        else {
          const mark = check.ok ? colors.green("ok ") : colors.red("bad");
          print(tableLine([mark, check.name, check.finding], [0, widest], ["left"]));
        }
      }
      const bad = checks.filter(({ ok }) => !ok).map((check) => check.name);
      if (bad.length > 0) {
        throw new DatasetError(
          `${folder} differs from the published ${name} in ${bad.join(", ")}. ` +
            `Replace it by a good copy; nnwasm data fetch ${name} downloads one.`,
        );
      }
      if (options.json) writeEvent(context, { event: "result", command: "data verify", name, folder });
      else print(`${name} in ${printable(folder)}: all files are the published ones.`);
    });
}

/** The rate is measured over this time. */
const RATE_WINDOW_MS = 10_000;
const BAR_WIDTH = 24;

/** Shows how far a download is: on a terminal in a line that is drawn anew, elsewhere by a line at each tenth. */
class DownloadProgress {
  readonly #name: string;
  readonly #line: StatusLine;
  /** (time, bytes), the oldest first. */
  #samples: [number, number][] = [];
  #lastTenth = -1;

  constructor(context: CliContext, name: string, quiet: boolean) {
    this.#name = name;
    this.#line = new StatusLine(context, quiet);
  }

  update(done: number, total: number): void {
    const now = performance.now();
    // If there are fewer bytes than before, the download has begun anew.
    if (done < (this.#samples.at(-1)?.[1] ?? 0)) this.#samples = [];
    this.#samples.push([now, done]);
    while (this.#samples.length > 2 && now - this.#samples[0]![0] > RATE_WINDOW_MS) this.#samples.shift();
    if (this.#line.terminal) {
      this.#line.draw(() => this.#text(done, total), done === total);
      return;
    }
    const tenth = Math.floor((10 * done) / total);
    if (tenth !== this.#lastTenth) this.#line.note(this.#text(done, total));
    this.#lastTenth = tenth;
  }

  /** Writes a line that stays. */
  note(text: string): void {
    this.#line.note(`${this.#name}: ${text}`);
  }

  /** Takes away the line that is being drawn. */
  end(): void {
    this.#line.clear();
  }

  #text(done: number, total: number): string {
    const [startTime, startBytes] = this.#samples[0]!;
    const [endTime, endBytes] = this.#samples.at(-1)!;
    const rate = endTime > startTime ? ((endBytes - startBytes) / (endTime - startTime)) * 1000 : 0;
    const amount = `${megabytes(done)} of ${megabytes(total)} MB`;
    const speed = rate > 0 ? `  ${decimals(rate / 1e6, 1)} MB/s` : "";
    const left = rate > 0 && done < total ? `  ${timeLeft((total - done) / rate)}` : "";
    const share = percent(done, total);
    if (!this.#line.terminal) return `${this.#name}: ${share}  ${amount}${speed}${left}`;
    const numbers = `${share.padStart(4)}  ${amount}${speed}${left}`;
    return this.#line.withBar(`${this.#name}  `, done / total, `  ${numbers}`, BAR_WIDTH);
  }
}
