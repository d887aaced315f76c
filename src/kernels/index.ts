/**
 * The kernels: functions that compute on tensors in linear memory. Each family is a file that holds its contract,
 * its definition in plain TypeScript (`reference`) and its binding to WebAssembly (`wasm`), which gives the same
 * bits. A new family is its file, its file in assembly/, and a line here.
 */
import type { Precision } from "../tensor.ts";
import { calls, type Exports } from "../wasm/exports.generated.ts";
import * as accuracy from "./accuracy.ts";
import * as activation from "./activation.ts";
import * as adam from "./adam.ts";
import * as augment from "./augment.ts";
import * as batchNorm from "./batchNorm.ts";
import * as bias from "./bias.ts";
import * as binaryCrossEntropy from "./binaryCrossEntropy.ts";
import type { Offers } from "./call.ts";
import * as classWeights from "./classWeights.ts";
import * as clip from "./clip.ts";
import * as dropout from "./dropout.ts";
import * as elementary from "./elementary.ts";
import * as ensemble from "./ensemble.ts";
import * as fingerprint from "./fingerprint.ts";
import * as finite from "./finite.ts";
import * as firstLayer from "./firstLayer.ts";
import * as gather from "./gather.ts";
import * as l2 from "./l2.ts";
import * as matmul from "./matmul.ts";
import * as moments from "./moments.ts";
import * as regression from "./regression.ts";
import * as relu from "./relu.ts";
import * as scale from "./scale.ts";
import * as sgd from "./sgd.ts";
import * as softmaxCrossEntropy from "./softmaxCrossEntropy.ts";
import { suffixOf } from "./suffix.ts";
import { alone, type TeamCalls } from "./teamCalls.ts";

const families = {
  accuracy,
  activation,
  adam,
  augment,
  batchNorm,
  bias,
  binaryCrossEntropy,
  classWeights,
  clip,
  dropout,
  elementary,
  ensemble,
  fingerprint,
  finite,
  firstLayer,
  gather,
  l2,
  matmul,
  moments,
  regression,
  relu,
  scale,
  sgd,
  softmaxCrossEntropy,
};

/** All signatures by family. */
export const signatures: { readonly [F in keyof typeof families]: (typeof families)[F]["signatures"] } =
  mapFamilies((family) => family.signatures);

/** What the kernels offer to rewrite rules, by family and kernel. */
export const offers: { readonly [F in keyof Kernels]?: Offers<F> } = mapFamilies((family) =>
  "offers" in family ? family.offers : undefined,
);

/** All kernels by family: `kernels.batchNorm.forward(…)`. */
export type Kernels = { readonly [F in keyof typeof families]: (typeof families)[F]["reference"] };

/** A record with something for each family. The caller's type says what that is. */
function mapFamilies<T>(build: (family: (typeof families)[keyof typeof families]) => unknown): T {
  return Object.fromEntries(Object.entries(families).map(([name, family]) => [name, build(family)])) as T;
}

/** The definitions, in plain TypeScript, in the precision of the tensors that they are given. */
export const referenceKernels: Kernels = mapFamilies((family) => family.reference);

/**
 * The kernels of a wasm instance, for tensors of one precision.
 * @param team the same kernels, of which those that threads can share are called in all threads; default: in this one alone
 * @param threads the most threads in which they are called
 */
export function wasmKernels(
  exports: Exports,
  precision: Precision,
  team: TeamCalls = alone(exports),
  threads = 1,
): Kernels {
  const own = calls(exports);
  return mapFamilies((family) => family.wasm(own, suffixOf(precision), team, threads));
}
