/** Compares two results of the benchmark: `npm run bench -- --compare old.json`. */
import { readFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import { digits, formatTable } from "./table.ts";
import type { Timing } from "./timing.ts";

/** An entry of the file that `--json` writes. */
export interface Result {
  readonly case: string;
  readonly engine: "wasm" | "js";
  readonly threads: number;
  readonly seconds: Timing;
}

export interface Results {
  readonly machine: Machine;
  readonly results: readonly Result[];
}

/** @throws Error with the reason if the file is not what `--json` writes */
export function readResults(file: string): Results {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  let value: Partial<Results>;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON.`);
  }
  const isResult = (each: Partial<Result> | null) =>
    typeof each?.case === "string" && typeof each.seconds?.median === "number" && each.seconds.median > 0;
  if (
    typeof value?.machine?.cpu !== "string" ||
    !Array.isArray(value.results) ||
    !value.results.every(isResult)
  ) {
    throw new Error(`${file} has no results of the benchmark.`);
  }
  return value as Results;
}

/** How a case's speed has changed. */
export interface Change {
  readonly name: string;
  readonly threads: number;
  /** Calls, or steps, a second by the median. */
  readonly old: number;
  readonly new: number;
  /** new / old. */
  readonly ratio: number;
  /** The ratio of the JavaScript baseline, which shows how the machine has changed; 1 without a baseline. */
  readonly machine: number;
  /** ratio / machine. */
  readonly gain: number;
  /** The uncertainty of `gain`: twice its standard deviation, which follows from those of the slices. */
  readonly uncertainty: number;
}

const relative = ({ sd, median }: Timing) => sd / median;

/** Cases that both results have, in the new one's order. */
export function changes(before: Results, now: Results): Change[] {
  const find = ({ results }: Results, name: string, engine: string, threads: number) =>
    results.find((each) => each.case === name && each.engine === engine && each.threads === threads)?.seconds;
  return now.results.flatMap((each): Change[] => {
    if (each.engine !== "wasm") return [];
    const { case: name, threads } = each;
    const old = find(before, name, "wasm", threads);
    if (old === undefined) return [];
    // Plain JavaScript always runs in one thread.
    const [oldJs, newJs] = [find(before, name, "js", 1), find(now, name, "js", 1)];
    const baseline = oldJs !== undefined && newJs !== undefined ? [oldJs, newJs] : [];
    const ratio = old.median / each.seconds.median;
    const machine = baseline.length === 2 ? oldJs!.median / newJs!.median : 1;
    const gain = ratio / machine;
    const squares = [old, each.seconds, ...baseline].reduce((sum, timing) => sum + relative(timing) ** 2, 0);
    return [
      {
        name,
        threads,
        old: 1 / old.median,
        new: 1 / each.seconds.median,
        ratio,
        machine,
        gain,
        uncertainty: 2 * gain * Math.sqrt(squares),
      },
    ];
  });
}

/** "faster" or "slower" if the gain is farther from 1 than its uncertainty. */
export function verdict({ gain, uncertainty }: Change): "" | "faster" | "slower" {
  if (Math.abs(gain - 1) <= uncertainty) return "";
  return gain > 1 ? "faster" : "slower";
}

/** The changes, for people. */
export function compareText(file: string, before: Results, now: Results): string {
  const all = changes(before, now);
  const names = (results: Results) => new Set(results.results.map((each) => each.case));
  const without = (some: Set<string>, others: Set<string>) => [...some].filter((name) => !others.has(name));
  const [oldNames, newNames] = [names(before), names(now)];
  const lines = [
    `Against ${file}; "gain" is new : old over that of JavaScript, which tells what the machine did.`,
  ];
  // Files of earlier versions do not say the vectors, which were narrow.
  const { cpu, node, vectors = "narrow" } = before.machine;
  if (cpu !== now.machine.cpu || node !== now.machine.node || vectors !== now.machine.vectors) {
    lines.push(`It was measured on another machine: ${cpu}, Node ${node}, ${vectors} vectors.`);
  }
  if (all.length > 0) {
    lines.push(
      formatTable(
        ["case", "threads", "old /s", "new /s", "new : old", "JavaScript", "gain", ""],
        all.map((change) => [
          change.name,
          String(change.threads),
          digits(change.old),
          digits(change.new),
          `${digits(change.ratio)}×`,
          `${digits(change.machine)}×`,
          `${digits(change.gain)} ± ${digits(change.uncertainty)}`,
          verdict(change),
        ]),
      ),
    );
  }
  const [gone, added] = [without(oldNames, newNames), without(newNames, oldNames)];
  if (gone.length > 0) lines.push(`Not measured now: ${gone.join(", ")}.`);
  if (added.length > 0) lines.push(`Not in ${file}: ${added.join(", ")}.`);
  return lines.join("\n");
}
