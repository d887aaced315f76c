/** The tables that the benchmark prints, and the JSON that it writes. */
import { type Machine, machineLine } from "./machine.ts";
import type { GemmShare } from "./peak.ts";
import { digits, formatTable } from "./table.ts";
import type { Timing } from "./timing.ts";

/** The measurements of a case. */
export interface Measured {
  readonly name: string;
  /** The kind of case. Its calls are steps, samples or runs of a kernel. */
  readonly kind: "training" | "evaluation" | "kernel";
  readonly flops: number | undefined;
  /** Threads of the wasm engine. Plain JavaScript has one. */
  readonly threads: number;
  readonly wasm: Timing;
  /** The baseline, which is measured once a case: absent for further numbers of threads, and for an evaluation. */
  readonly js: Timing | undefined;
}

export interface Report {
  readonly machine: Machine;
  readonly peak: GemmShare | undefined;
  readonly measured: readonly Measured[];
}

/** GFLOP/s by the median. */
function gflops({ flops }: Measured, { median }: Timing): number | undefined {
  return flops === undefined ? undefined : flops / median / 1e9;
}

/** An entry of `--json`, on a training's steps, a kernel's calls or an evaluation's images. */
function result(measured: Measured, engine: "wasm" | "js", timing: Timing) {
  return {
    case: measured.name,
    engine,
    threads: engine === "wasm" ? measured.threads : 1,
    [measured.kind === "evaluation" ? "imagesPerSecond" : "stepsPerSecond"]: 1 / timing.median,
    gflops: gflops(measured, timing),
    seconds: timing,
  };
}

export function results(measured: readonly Measured[]) {
  return measured.flatMap((each) => [
    result(each, "wasm", each.wasm),
    ...(each.js === undefined ? [] : [result(each, "js", each.js)]),
  ]);
}

/** The text that `--json` writes. */
export function toJson({ machine, peak, measured }: Report): string {
  return `${JSON.stringify({ machine, peak, results: results(measured) }, null, 2)}\n`;
}

/** The tables by kind: the first column, the column of rates, whether there are threads, and the unit of times. */
const TABLES = {
  training: { title: "training step", rate: "steps/s", unit: "ms", scale: 1e3 },
  evaluation: { title: "evaluation", rate: "images/s", unit: "µs", scale: 1e6 },
  kernel: { title: "kernel", rate: undefined, unit: "µs", scale: 1e6 },
} as const;

function section(kind: Measured["kind"], measured: readonly Measured[]): string[] {
  const own = measured.filter((each) => each.kind === kind);
  if (own.length === 0) return [];
  const { title, rate: rateTitle, unit, scale } = TABLES[kind];
  const header = [
    title,
    "engine",
    ...(rateTitle === undefined ? [] : ["threads", rateTitle]),
    ...[`${unit} min`, "median", "mean ± sd", "GFLOP/s"],
    ...(kind === "evaluation" ? [] : ["wasm : js"]),
  ];
  const row = (each: Measured, engine: "wasm" | "js", timing: Timing) => {
    const rate = gflops(each, timing);
    const isWasm = engine === "wasm";
    const ratio = isWasm && each.js !== undefined ? `${digits(each.js.median / timing.median)}×` : "";
    return [
      isWasm ? each.name : "",
      engine,
      ...(rateTitle === undefined ? [] : [String(isWasm ? each.threads : 1), digits(1 / timing.median)]),
      digits(timing.min * scale),
      digits(timing.median * scale),
      `${digits(timing.mean * scale)} ± ${digits(timing.sd * scale)}`,
      rate === undefined ? "" : digits(rate),
      ...(kind === "evaluation" ? [] : [ratio]),
    ];
  };
  const rows = own.flatMap((each) => [
    row(each, "wasm", each.wasm),
    ...(each.js === undefined ? [] : [row(each, "js", each.js)]),
  ]);
  return [formatTable(header, rows)];
}

export function describePeak({ width, peak, gemm, share }: GemmShare): string {
  const line =
    `peak of a core in vectors of ${width === "wide" ? 256 : 128} bits: float32 ${digits(peak.float32)} GFLOP/s, float64 ${digits(peak.float64)}; ` +
    `1024³ matrix product ${digits(gemm)}: ${digits(100 * share)}% (best of repeats)`;
  return share <= 1 ? line : `${line}. More than the peak: assembly/peak.ts does not reach it here.`;
}

/** The tables, for people. */
export function toText({ machine, peak, measured }: Report): string {
  return [
    machineLine(machine),
    ...(peak === undefined ? [] : [describePeak(peak)]),
    ...section("training", measured),
    ...section("evaluation", measured),
    ...section("kernel", measured),
  ].join("\n\n");
}
