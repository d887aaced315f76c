/** `nnwasm info`: what runs here, and where things are. */
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Command } from "commander";
import { datasets } from "../../data/index.ts";
import { cacheFolder, dataFolders } from "../../data/locations.ts";
import { decimals } from "../../format/numbers.ts";
import { tableLine } from "../../format/tables.ts";
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

export function infoCommand(context: CliContext): Command {
  return newCommand(
    context,
    "info",
    "show the version, the engine, the machine, and where data and runs are",
    ["nnwasm info", "nnwasm info --json"],
  )
    .option("--json", "print it as JSON, on one line")
    .action(async ({ json = false }: { json?: boolean }) => {
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
