/** `nnwasm data`: which data sets there are and where, fetching them, checking them. */
import { Argument, type Command } from "commander";
import pc from "picocolors";
import { findCifar10, locateCifar10 } from "../../data/cifar10.ts";
import type { Dataset } from "../../data/dataset.ts";
import { CIFAR10_ARCHIVE, fetchCifar10, type PublishedArchive, verifyCifar10 } from "../../data/fetch.ts";
import { cacheFolder, dataFolders } from "../../data/locations.ts";
import { ConfigError, DatasetError, NnwasmError } from "../../errors.ts";
import { decimals, megabytes, percent, timeLeft } from "../../format/numbers.ts";
import { tableLine } from "../../format/tables.ts";
import { addCommands, newCommand, writeEvent } from "../command.ts";
import { type CliContext, hasColors, Interrupted } from "../context.ts";
import { dataFolderProblem, warn } from "../openDataset.ts";
import { StatusLine } from "../progress/statusLine.ts";
import { printable } from "../text.ts";

/** The published data set, or a small one, for tests. */
export interface DataCommandOptions {
  readonly archive?: PublishedArchive;
  readonly recordsPerFile?: number;
}

const CIFAR10_TEXT = "50,000 colour photographs of 32 × 32 to train on, 10,000 to test on, in 10 classes";
const SYNTHETIC_TEXT =
  "drawn images of the same number, size and classes: shapes, colours, clutter and noise";

/** The command `data` with its subcommands. */
export function dataCommand(
  context: CliContext,
  { archive = CIFAR10_ARCHIVE, recordsPerFile = 10_000 }: DataCommandOptions = {},
): Command {
  const { env, home, stdout, signal } = context;
  const print = (text: string) => stdout.write(`${text}\n`);
  const warnOfDataFolder = async () => {
    const problem = await dataFolderProblem(env);
    if (problem !== undefined) warn(context, problem);
  };
  const event = (fields: object) => writeEvent(context, fields);

  const command = (name: string, description: string, examples: readonly string[]) =>
    newCommand(context, name, description, examples);

  const list = command("list", "list the data sets, and where they are", ["nnwasm data list"])
    .option("--json", "print events as JSON, one a line")
    .action(async ({ json = false }: { json?: boolean }) => {
      await warnOfDataFolder();
      let found: Dataset | undefined;
      let problem: string | undefined;
      try {
        found = await findCifar10(dataFolders(env, home), { recordsPerFile });
      } catch (error) {
        if (!(error instanceof NnwasmError)) throw error;
        problem = error.message;
      }
      if (json) {
        const state = found ? "here" : problem ? "damaged" : "absent";
        const samples = { train: 50_000, test: 10_000 };
        event({
          event: "dataset",
          name: "cifar10",
          ...samples,
          state,
          folder: found?.origin ?? null,
          problem,
        });
        event({ event: "dataset", name: "synthetic", ...samples, state: "here", folder: null });
        return;
      }
      const where =
        found?.origin ??
        problem ??
        `not here yet; to download it (${megabytes(archive.bytes)} MB): nnwasm data fetch cifar10`;
      print(`cifar10    ${CIFAR10_TEXT}\n           ${printable(where)}`);
      print(`synthetic  ${SYNTHETIC_TEXT}\n           made when it is used, from the seed`);
    });

  const fetch = command("fetch", "download a data set into the cache", [
    "nnwasm data fetch cifar10",
    "NNWASM_HOME=/big/disk nnwasm data fetch cifar10",
  ])
    .addArgument(new Argument("<name>", "the data set").choices(["cifar10"]))
    .option("--url <url>", "another address of the same archive", archive.url)
    .option("--quiet", "show no progress")
    .option("--json", "print events as JSON, one a line; progress stays on stderr")
    .action(async (name: string, options: { url: string; quiet?: boolean; json?: boolean }) => {
      if (typeof WebAssembly === "undefined") {
        throw new ConfigError(
          "data fetch: Node's downloads need WebAssembly, which is not here (node --jitless turns it off). " +
            "Leave --jitless out.",
        );
      }
      const progress = new DownloadProgress(context, name, options.quiet ?? false);
      try {
        const { folder, fetched } = await fetchCifar10(
          {
            folder: `${cacheFolder(env, home)}/${name}`,
            url: options.url,
            signal,
            onProgress: (done, total) => progress.update(done, total),
            onRetry: (reason, pauseMs) =>
              progress.note(`${reason}; trying again in ${decimals(pauseMs / 1000, 0)} s`),
            onUnpack: () => progress.note("unpacking and checking"),
          },
          archive,
        );
        progress.end();
        if (options.json) event({ event: "result", command: "data fetch", name, folder, fetched });
        else
          print(
            `${name} is ${fetched ? "now" : "already"} in ${printable(folder)}: all files are the published ones.`,
          );
      } catch (error) {
        progress.end();
        if (!signal.aborted) throw error;
        throw new Interrupted(`Interrupted. What has arrived is kept: the same command goes on from there.`, {
          cause: error,
        });
      }
    });

  const verify = command("verify", "compare the files of a data set with the published ones", [
    "nnwasm data verify",
    "nnwasm data verify cifar10 --data ~/data/cifar-10-batches-bin",
  ])
    .addArgument(new Argument("[name]", "the data set").choices(["cifar10"]).default("cifar10"))
    .option("--data <folder>", "the folder that holds it, instead of those that are searched")
    .option("--json", "print events as JSON, one a line")
    .action(async (name: string, options: { data?: string; json?: boolean }) => {
      if (options.data === undefined) await warnOfDataFolder();
      const folders = options.data === undefined ? dataFolders(env, home) : [options.data];
      const folder = await locateCifar10(folders);
      if (folder === undefined) {
        throw new DatasetError(
          `No CIFAR-10 in ${folders.join(" or ")}. Give its folder with --data, or run: ` +
            "nnwasm data fetch cifar10",
        );
      }
      const checks = await verifyCifar10(folder, { signal }, archive.files).catch((error) => {
        throw signal.aborted ? new Interrupted("Interrupted. Nothing was changed.", { cause: error }) : error;
      });
      const colors = pc.createColors(hasColors(context, stdout));
      for (const check of checks) {
        if (options.json) event({ event: "file", ...check });
        else {
          const mark = check.ok ? colors.green("ok ") : colors.red("bad");
          print(tableLine([mark, check.name, check.finding], [0, 16], ["left"]));
        }
      }
      const bad = checks.filter(({ ok }) => !ok).map((check) => check.name);
      if (bad.length > 0) {
        throw new DatasetError(
          `${folder} differs from the published ${name} in ${bad.join(", ")}. ` +
            "Replace it by a good copy; nnwasm data fetch cifar10 downloads one.",
        );
      }
      if (options.json) event({ event: "result", command: "data verify", name, folder });
      else print(`${name} in ${printable(folder)}: all files are the published ones.`);
    });

  const data = command("data", "list, fetch and verify data sets", [
    "nnwasm data list",
    "nnwasm data fetch cifar10",
    "nnwasm data verify",
  ]);
  return addCommands(data, [list, fetch, verify]);
}

/** The rate is that of the last seconds. */
const RATE_WINDOW_MS = 10_000;
const BAR_WIDTH = 24;

/** How far a download is: on a terminal a line that is drawn anew, elsewhere a line at each tenth. */
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
    // Fewer bytes than before: the download has begun anew.
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

  /** A line that stays. */
  note(text: string): void {
    this.#line.note(`${this.#name}: ${text}`);
  }

  /** Ends a line that is being drawn. */
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
