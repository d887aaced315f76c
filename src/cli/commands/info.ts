/** `nnwasm info`: what runs here, and where things are. */
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Command } from "commander";
import type { SimdWidth } from "../../backend/index.ts";
import { datasets } from "../../data/index.ts";
import { cacheFolder, dataFolders } from "../../data/locations.ts";
import { decimals } from "../../format/numbers.ts";
import { tableLine } from "../../format/tables.ts";
import { canWiden } from "../../simd/flag.ts";
import { newCommand, writeEvent } from "../command.ts";
import type { CliContext } from "../context.ts";
import { dataFolderProblem, fetching, warn } from "../openDataset.ts";
import { printable } from "../text.ts";
import { buildId, VERSION } from "../version.ts";

/** The module (module (func (result v128) (v128.const …))), which is valid where there is SIMD. */
const SIMD_MODULE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
];

function notHere(name: string): string {
  const command = fetching(name, datasets[name]!);
  return command === undefined ? "not here" : `not here; ${command} gets it`;
}

interface Vectors {
  /** Null if it has not been tried. */
  readonly width: SimdWidth | null;
  readonly reason: string;
  /** Narrow time over wide, by training. */
  readonly gains: Readonly<Record<string, number>>;
}

/** The verdict on wide vectors. @param anew whether to reach it now */
async function vectors({ env, home, signal }: CliContext, anew: boolean): Promise<Vectors> {
  const { reachVerdict, readVerdict } = await import("../../simd/verdict.ts");
  const folder = cacheFolder(env, home);
  const verdict = anew ? await reachVerdict(folder, { signal }) : await readVerdict(folder);
  if (verdict !== undefined) return { width: verdict.width, reason: verdict.reason, gains: verdict.gains };
  const reason = canWiden(process)
    ? "Not tried yet: nnwasm info --simd, or the first training of more than ten seconds, finds out what is faster."
    : `Node ${process.versions.node} cannot widen vectors; Node 24 and later can.`;
  return { width: canWiden(process) ? null : "narrow", reason, gains: {} };
}

export function infoCommand(context: CliContext): Command {
  return newCommand(
    context,
    "info",
    "show the version, the engine, the machine, and where data and runs are",
    ["nnwasm info", "nnwasm info --simd", "nnwasm info --json"],
  )
    .option("--json", "print it as JSON, on one line")
    .option("--simd", "try whether wide vectors are faster here, which takes two seconds")
    .action(async ({ json = false, simd = false }: { json?: boolean; simd?: boolean }) => {
      const { env, home, stdout } = context;
      const problem = await dataFolderProblem(env);
      if (problem !== undefined) warn(context, problem);
      const lying = Object.entries(datasets).filter(([, { files }]) => files !== undefined);
      const folders = dataFolders(env, home);
      const found = await Promise.all(
        lying.map(async ([name, { find }]) => {
          const dataset = await find({ folders, seed: 1 }).catch(() => undefined);
          return [name, dataset?.origin ?? null] as const;
        }),
      );
      const info = {
        version: VERSION,
        build: buildId(),
        node: process.versions.node,
        v8: process.versions.v8,
        platform: `${process.platform} ${process.arch}`,
        cpu: cpus()[0]?.model ?? "unknown",
        cores: availableParallelism(),
        memoryBytes: totalmem(),
        simd: typeof WebAssembly !== "undefined" && WebAssembly.validate(Uint8Array.from(SIMD_MODULE)),
        vectors: await vectors(context, simd),
        sharedMemory: typeof SharedArrayBuffer !== "undefined",
        ...Object.fromEntries(found),
        cache: cacheFolder(env, home),
        runs: "runs",
      };
      if (json) {
        writeEvent(context, { event: "result", command: "info", ...info });
        return;
      }
      const rows: [string, string][] = [
        ["nnwasm", `${info.version} (kernels ${info.build})`],
        ["node", `${info.node} (V8 ${info.v8}, ${info.platform})`],
        ["engine", `wasm, SIMD ${info.simd ? "available" : "MISSING: use --engine js"}`],
        ["vectors", `${info.vectors.width ?? "narrow"}. ${info.vectors.reason}`],
        ...Object.entries(info.vectors.gains).map(([name, gain]): [string, string] => [
          "",
          `${name}: ${gain.toFixed(2)}×`,
        ]),
        ["threads", info.sharedMemory ? `1 to ${info.cores} in a training` : "1: shared memory is missing"],
        ["machine", `${info.cpu}, ${info.cores} cores, ${decimals(info.memoryBytes / 2 ** 30, 1)} GiB`],
        ...found.map(([name, origin]): [string, string] => [name, origin ?? notHere(name)]),
        ["cache", info.cache],
        ["runs", `${info.runs}/ in the current folder, or --out DIR`],
      ];
      for (const [name, value] of rows)
        stdout.write(`${tableLine([name, printable(value)], [8], ["left"])}\n`);
    });
}
