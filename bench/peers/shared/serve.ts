/**
 * The conversation of a program with the driver: it introduces itself, then answers every line on stdin with a line of
 * JSON on stdout. Between them it does nothing, so that another program has the machine for itself.
 *
 *     {"name":"NumPy","version":"1.24.2","threads":1,"engine":"OpenBLAS 0.3.21 Haswell"}
 *     check 3          {"losses":[2.71,2.68,2.52],"penalty":0.55}
 *     slice 0.5 2      {"steps":450,"stepSeconds":0.0011,"loss":2.31}
 *     outputs          [0.08,0.11,…]
 */
import { createInterface } from "node:readline";
import { permutation, Random } from "../../../src/random.ts";
import { learningRate } from "./numbers.ts";
import {
  CHECK_STEP_SIZE,
  type CheckedSteps,
  type Introduction,
  type Settings,
  type SliceResult,
} from "./settings.ts";

type Eventually<T> = T | Promise<T>;

export interface Program {
  slice(seconds: number, steps: number): Eventually<SliceResult>;
  /** Only for a program that trains: the first steps. */
  check?(steps: number): Eventually<CheckedSteps>;
  /** Only for a program that predicts: the outputs for one batch. */
  outputs?(): Eventually<ArrayLike<number>>;
}

export async function serve(introduction: Introduction, program: Program): Promise<void> {
  const reply = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
  reply(introduction);
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...numbers] = line.split(" ");
    const [first = 0, second = 1] = numbers.map(Number);
    if (command === "slice") reply(await program.slice(first, second));
    else if (command === "check" && program.check) reply(await program.check(first));
    else if (command === "outputs" && program.outputs) reply(Array.from(await program.outputs()));
    else throw new Error(`"${line}" is not a command of this program.`);
  }
  process.exit(0);
}

/** Calls `step` for so many seconds, and so many times at least. */
export async function repeat(
  seconds: number,
  steps: number,
  step: () => Eventually<unknown>,
): Promise<SliceResult> {
  const begin = performance.now();
  const times: number[] = [];
  for (let last = begin; last - begin < 1000 * seconds || times.length < steps; ) {
    await step();
    const now = performance.now();
    times.push((now - last) / 1000);
    last = now;
  }
  return { steps: times.length, stepSeconds: median(times) };
}

/** @param values at least one */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  return (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
}

/** A network with its own copy of the initial numbers. */
export interface Trainee {
  /** Trains on these samples of the data; returns their mean loss. */
  step(rows: Uint32Array, rate: number): Eventually<number>;
  penalty(): Eventually<number>;
}

/** A program that trains one of a peer's networks on orders of its own. */
export function trainingProgram(settings: Settings, make: () => Eventually<Trainee>): Program {
  const { samples, batchSize, stepSize, etaMax } = settings;
  let trainee: Trainee | undefined;
  let order: Uint32Array = new Uint32Array(0);
  let at = samples;
  let epoch = 0;
  let done = 0;
  let loss = Number.NaN;
  return {
    async check(steps) {
      const checked = await make();
      const rows = new Uint32Array(batchSize).map((_, i) => i);
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        losses.push(await checked.step(rows, learningRate(step, CHECK_STEP_SIZE, etaMax)));
      }
      return { losses, penalty: await checked.penalty() };
    },
    async slice(seconds, steps) {
      trainee ??= await make();
      const { step } = trainee;
      const result = await repeat(seconds, steps, async () => {
        if (at + batchSize > samples) {
          order = permutation(samples, new Random(1, "shuffle", epoch++));
          at = 0;
        }
        loss = await step(order.subarray(at, at + batchSize), learningRate(done++, stepSize, etaMax));
        at += batchSize;
      });
      return { ...result, loss };
    },
  };
}
