/**
 * The numbers that all contenders begin with: data of CIFAR-10's shape and initial weights, the same in every language
 * (programs/common.py has them too), so that the losses of their first steps can be compared.
 */
import { LRCyclingSchedule } from "../../../src/schedules/index.ts";
import type { Settings } from "./settings.ts";

/** The finaliser of MurmurHash3: every bit of the result depends on every bit of `x`. */
function mix(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Numbers of 32 bits, which differ from stream to stream. */
export function randomWords(stream: number, count: number): Uint32Array {
  const key = mix(stream + 1);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = mix(i ^ key);
  return words;
}

const DATA = 0;
/** The stream of the first layer's weights. Those of the other layers follow. */
const WEIGHTS = 2;

export interface Data {
  /** (count, features). */
  readonly bytes: Uint8Array;
  /** (count). */
  readonly labels: Uint8Array;
}

/**
 * The first byte tells the class. There must be something to learn: labels by chance let the penalty take all weights to 0, and
 * below the least normal number every product takes a hundred times as long on some processors. A small network is there in a second.
 */
export function makeData({ samples, widths }: Settings): Data {
  const bytes = new Uint8Array(randomWords(DATA, (samples * widths[0]!) / 4).buffer);
  const labels = Uint8Array.from(
    { length: samples },
    (_, i) => (bytes[i * widths[0]!]! * widths.at(-1)!) >> 8,
  );
  return { bytes, labels };
}

/** The mean and the standard deviation of bytes that are all equally frequent. They standardise the data. */
export const BYTE_MEAN = 127.5;
export const BYTE_DEVIATION = Math.sqrt((256 ** 2 - 1) / 12);

export function standardize(bytes: Uint8Array): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, byte) => (byte - BYTE_MEAN) / BYTE_DEVIATION);
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = table[bytes[i]!]!;
  return values;
}

/** (inputs, outputs) of layer `index`, from 0: uniform with He's variance, 2 / inputs. Biases begin at 0. */
export function initialWeight({ widths }: Settings, index: number): Float32Array {
  const inputs = widths[index]!;
  const bound = Math.sqrt(6 / inputs);
  return Float32Array.from(
    randomWords(WEIGHTS + index, inputs * widths[index + 1]!),
    (word) => (word / 2 ** 31 - 1) * bound,
  );
}

/** The paper's cyclic rate before update `step`, from 0, with its top at `etaMax`. */
export function learningRate(step: number, stepSize: number, etaMax: number): number {
  return new LRCyclingSchedule({ stepSize, etaMax }).at(step);
}
