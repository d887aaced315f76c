/** The first layer: a Dense layer on samples as they are stored, its forward pass and its update. */
import { ShapeError } from "../errors.ts";
import { expectShape, rounding, type Scalar, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import {
  BLOCK,
  gradientBytes,
  keptAt,
  keptNumbers,
  roundUp,
  threadsBytes,
} from "../wasm/firstLayerLayout.generated.ts";
import type { Offers } from "./call.ts";
import { factorRows, standardizer } from "./gather.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";
import type { TeamCalls } from "./teamCalls.ts";

/** Samples as they were stored. A kernel reads some of their rows and standardises them as `gather.batch` does. */
export type StoredSamples = Tensor<"uint8"> | Tensor<"float32">;

/**
 * The numbers by which a thread knows which batch it has prepared. No two batches of a training have the same ticket. `next` is
 * that of the batch to come, or 0 if it is not known; tickets are integers from 1 to 2³² − 1.
 */
export interface Tickets {
  current: number;
  next: number;
}

const ticketAfter = (ticket: number): number => (ticket < 2 ** 32 - 1 ? ticket + 1 : 2);

/** Goes on to the next batch. @param isNextKnown whether the batch after that one can be prepared meanwhile */
export function advance(tickets: Tickets, isNextKnown: boolean): void {
  tickets.current = ticketAfter(tickets.current);
  tickets.next = isNextKnown ? ticketAfter(tickets.current) : 0;
}

/** Kernels for float32 models. Their results have the bits of `gather`, `matmul`, `bias`, `relu`, `l2` and `sgd` in order. */
export interface FirstLayerKernels {
  /**
   * Puts a weight into the layout of the other kernels, pairs of units: packed[⌊u/2⌋][f][u mod 2] = w[f,u]. If the number
   * of units is odd, the last pair has zeros for its second unit.
   * @param packed (units, rounded up to an even number; d), written
   * @param w (d, units)
   * @throws ShapeError if a shape does not follow from the others
   */
  pack(packed: Tensor, w: Tensor): void;
  /** The way back. @param w (d, units), written */
  unpack(w: Tensor, packed: Tensor): void;
  /**
   * y = x · w + bias, where x is what `gather.batch` gives.
   * @param y (n, units), written
   * @param kept if there is an {@link update} to come, room for what it reads: the values of these rows as they are
   *   stored, in blocks of 64 features, [⌈d/64⌉][n][64]; what lies beyond d stays as it was. Of the type of `values`, at
   *   least {@link firstLayerKept}(n, d) numbers
   * @param values (count, d)
   * @param rows (n, 1), each < count
   * @param scale (1, d) for bytes, (2, d) for floats
   * @param shift of the same shape
   * @param packed as {@link pack} writes it
   * @param bias (1, units)
   * @param scratch at least {@link firstLayerScratchBytes}(n, units, threads) bytes
   * @param tickets if {@link prepare} is called: `kept` has room for two batches then, which take turns by their tickets
   */
  forward(
    y: Tensor,
    kept: StoredSamples | undefined,
    values: StoredSamples,
    rows: Tensor<"uint32">,
    scale: Tensor,
    shift: Tensor,
    packed: Tensor,
    bias: Tensor,
    scratch: Tensor<"uint8">,
    tickets?: Tickets,
  ): void;
  /** y = relu(x · w + bias). All else is as in {@link forward}. */
  forwardRelu(...args: Parameters<FirstLayerKernels["forward"]>): void;
  /**
   * Lets the other threads prepare the forward pass of the batch `tickets.next`, while this one goes on with what needs no
   * threads. The next call in all threads ends it, however far it is. A forward pass with that ticket takes what was prepared,
   * so that `values`, `rows`, `scale` and `shift` must stay as they are until then. There may be nothing to do.
   * @param kept as in {@link forward}, for two batches
   * @param rows (n, 1): those of that batch, of the same size as the present one
   * @param bias (1, units)
   */
  prepare(
    kept: StoredSamples,
    values: StoredSamples,
    rows: Tensor<"uint32">,
    scale: Tensor,
    shift: Tensor,
    bias: Tensor,
    scratch: Tensor<"uint8">,
    tickets: Tickets,
  ): void;
  /**
   * w −= learningRate · (xᵀ · dy + lambda · w), x as in {@link forward}. Terms with dy = 0 may be left out, which makes a
   * difference only if x is infinite or NaN.
   * @param packed the weight, (units, rounded up to an even number; d), read and written
   * @param dy (n, units)
   * @param kept as {@link forward} wrote it, of as many rows
   * @param lambda the λ of the L2 penalty; 0 for none
   */
  update(
    packed: Tensor,
    dy: Tensor,
    kept: StoredSamples,
    scale: Tensor,
    shift: Tensor,
    lambda: number,
    learningRate: Scalar,
    scratch: Tensor<"uint8">,
    tickets?: Tickets,
  ): void;
  /**
   * dw = xᵀ · dy, in the weight's layout, for an update by other kernels. All else is as in {@link update}.
   * @param dw (units, rounded up to an even number; d), written; zeros for a unit that does not exist
   */
  gradient(
    dw: Tensor,
    dy: Tensor,
    kept: StoredSamples,
    scale: Tensor,
    shift: Tensor,
    scratch: Tensor<"uint8">,
    tickets?: Tickets,
  ): void;
  /** {@link beginUpdate} for a {@link gradient}. */
  beginGradient(...args: Parameters<FirstLayerKernels["gradient"]>): void;
  /**
   * The other threads begin with an {@link update}, which must follow with the same arguments. Until then this thread may do
   * anything that neither reads the weight nor writes `dy`, `kept`, `scale`, `shift` and the rate. There may be nothing to do.
   */
  beginUpdate(...args: Parameters<FirstLayerKernels["update"]>): void;
}

const FORWARD =
  "write y, update kept, read values, read rows, read scale, read shift, read packed, read bias, update scratch, value tickets";
const UPDATE =
  "update packed, read dy, read kept, read scale, read shift, value lambda, value learningRate, update scratch, value tickets";
const GRADIENT_FROM = "read dy, read kept, read scale, read shift, update scratch, value tickets";

export const signatures = signaturesOf<FirstLayerKernels>()({
  pack: "write packed, read w",
  unpack: "write w, read packed",
  forward: FORWARD,
  forwardRelu: FORWARD,
  prepare:
    "update kept, read values, read rows, read scale, read shift, read bias, update scratch, value tickets",
  beginUpdate: UPDATE,
  update: UPDATE,
  // What stands there may stay.
  beginGradient: `update dw, ${GRADIENT_FROM}`,
  gradient: `write dw, ${GRADIENT_FROM}`,
});

export const offers: Offers<"firstLayer"> = {
  update: (args) => ({ begin: { family: "firstLayer", name: "beginUpdate", args } }),
  gradient: (args) => ({ begin: { family: "firstLayer", name: "beginGradient", args } }),
};

/** Bytes of scratch for n samples (or fewer) and so many units, in so many threads. */
export const firstLayerScratchBytes = (n: number, units: number, threads: number): number =>
  threadsBytes(units, threads) + gradientBytes(n, units);

/** How many numbers of n samples with d features are kept for the update. */
export const firstLayerKept = keptNumbers;

/** The index from which on the batch with this ticket is kept. */
const keptFrom = (ticket: number | undefined, n: number, d: number): number =>
  ticket === undefined ? 0 : (ticket & 1) * firstLayerKept(n, d);

type Forward = Parameters<FirstLayerKernels["forward"]>;
type Update = Parameters<FirstLayerKernels["update"]>;
type Gradient = Parameters<FirstLayerKernels["gradient"]>;
type Prepare = Parameters<FirstLayerKernels["prepare"]>;

/** The step along a gradient. */
interface Step {
  readonly lambda: number;
  readonly rate: number;
}

interface Sizes {
  readonly n: number;
  readonly units: number;
  readonly d: number;
}

function checkLayout(name: string, packed: Tensor, d: number, units: number, argument = "packed"): void {
  expectShape(`firstLayer.${name}`, argument, packed, roundUp(units, 2), d);
}

/** n, d and units. */
function checkForward(
  threads: number,
  name: "forward" | "forwardRelu",
  ...[y, kept, values, rows, scale, shift, packed, bias, scratch, tickets]: Forward
) {
  const [n, units, d] = [y.rows, y.columns, values.columns];
  checkLayout(name, packed, d, units);
  expectShape(`firstLayer.${name}`, "bias", bias, 1, units);
  expectShape(`firstLayer.${name}`, "rows", rows, n, 1);
  checkStandardization(name, values, d, scale, shift);
  if (kept !== undefined) {
    checkKept(name, kept, n, d, tickets);
    checkKeptType(name, kept, values);
  }
  checkScratch(name, scratch, n, units, threads);
  return { n, units, d };
}

function checkPrepare(
  threads: number,
  ...[kept, values, rows, scale, shift, bias, scratch, tickets]: Prepare
) {
  const [n, units, d] = [rows.rows, bias.columns, values.columns];
  expectShape("firstLayer.prepare", "rows", rows, n, 1);
  expectShape("firstLayer.prepare", "bias", bias, 1, units);
  checkStandardization("prepare", values, d, scale, shift);
  checkKept("prepare", kept, n, d, tickets);
  checkKeptType("prepare", kept, values);
  checkScratch("prepare", scratch, n, units, threads);
  return { n, units, d };
}

function checkUpdate(threads: number, ...[packed, dy, kept, scale, shift, , , scratch, tickets]: Update) {
  return checkGradient("update", threads, packed, dy, kept, scale, shift, scratch, tickets);
}

/** @param name "gradient", or "update", which begins with a gradient */
function checkGradient(
  name: string,
  threads: number,
  ...[dw, dy, kept, scale, shift, scratch, tickets]: Gradient
): Sizes {
  const [n, units, d] = [dy.rows, dy.columns, dw.columns];
  checkLayout(name, dw, d, units, name === "update" ? "packed" : "dw");
  checkStandardization(name, kept, d, scale, shift);
  checkKept(name, kept, n, d, tickets);
  checkScratch(name, scratch, n, units, threads);
  return { n, units, d };
}

function checkStandardization(
  name: string,
  { dtype }: StoredSamples,
  d: number,
  scale: Tensor,
  shift: Tensor,
): void {
  expectShape(`firstLayer.${name}`, "scale", scale, factorRows(dtype), d);
  expectShape(`firstLayer.${name}`, "shift", shift, factorRows(dtype), d);
}

function checkKept(name: string, kept: StoredSamples, n: number, d: number, tickets?: Tickets): void {
  const needed = firstLayerKept(n, d) * (tickets === undefined ? 1 : 2);
  if (kept.size < needed) {
    throw new ShapeError(`firstLayer.${name}: kept has ${kept.size} numbers, expected at least ${needed}.`);
  }
}

function checkKeptType(name: string, kept: StoredSamples, values: StoredSamples): void {
  if (kept.dtype === values.dtype) return;
  throw new ShapeError(`firstLayer.${name}: kept is ${kept.dtype}, expected ${values.dtype}, as the values.`);
}

/** Checks that the scratch is large enough for the threads, which would write past its end. */
function checkScratch(
  name: string,
  scratch: Tensor<"uint8">,
  n: number,
  units: number,
  threads: number,
): void {
  const needed = firstLayerScratchBytes(n, units, threads);
  if (scratch.size < needed) {
    throw new ShapeError(
      `firstLayer.${name}: scratch has ${scratch.size} bytes, expected at least ${needed}.`,
    );
  }
}

/** The `start` of a unit's weights in the packed layout, which are at `start + 2 · f`. */
const startOf = (u: number, d: number) => (u - (u & 1)) * d + (u & 1);

/** A sample's numbers, standardised. @param at the index of the sample's feature f */
function standardized(
  values: StoredSamples,
  at: (f: number) => number,
  scale: Tensor,
  shift: Tensor,
): number[] {
  const standardize = standardizer(values.dtype, scale, shift);
  return Array.from({ length: scale.columns }, (_, f) => standardize(values.data[at(f)]!, f));
}

function defineForward(
  name: "forward" | "forwardRelu",
  args: Forward,
  activation: (sum: number) => number,
): void {
  const { n, units, d } = checkForward(1, name, ...args);
  const [y, kept, values, rows, scale, shift, packed, bias, , tickets] = args;
  const round = rounding(y.dtype);
  const from = keptFrom(tickets?.current, n, d);
  for (let i = 0; i < n; i++) {
    const row = rows.data[i]! * d;
    const x = standardized(values, (f) => row + f, scale, shift);
    for (let f = 0; kept !== undefined && f < d; f++)
      kept.data[from + keptAt(f, n) + i * BLOCK] = values.data[row + f]!;
    for (let u = 0; u < units; u++) {
      const start = startOf(u, d);
      let sum = 0;
      for (let f = 0; f < d; f++) sum = round(sum + round(x[f]! * packed.data[start + 2 * f]!));
      y.data[i * units + u] = activation(round(sum + bias.data[u]!));
    }
  }
}

/** [units][d]: xᵀ · dy without the terms with dy = 0. */
function defineGradient(
  { n, units, d }: Sizes,
  dy: Tensor,
  kept: StoredSamples,
  scale: Tensor,
  shift: Tensor,
  tickets: Tickets | undefined,
): Float64Array {
  const from = keptFrom(tickets?.current, n, d);
  const round = rounding(dy.dtype);
  const gradient = new Float64Array(units * d);
  for (let i = 0; i < n; i++) {
    const x = standardized(kept, (f) => from + keptAt(f, n) + i * BLOCK, scale, shift);
    for (let u = 0; u < units; u++) {
      const dyi = dy.data[i * units + u]!;
      if (dyi === 0) continue;
      for (let f = 0; f < d; f++) {
        gradient[u * d + f] = round(gradient[u * d + f]! + round(x[f]! * dyi));
      }
    }
  }
  return gradient;
}

/** The definition. */
export const reference: FirstLayerKernels = {
  pack(packed, w) {
    const [d, units] = [w.rows, w.columns];
    checkLayout("pack", packed, d, units);
    packed.data.fill(0);
    for (let u = 0; u < units; u++) {
      for (let f = 0; f < d; f++) packed.data[startOf(u, d) + 2 * f] = w.data[f * units + u]!;
    }
  },
  unpack(w, packed) {
    const [d, units] = [w.rows, w.columns];
    checkLayout("unpack", packed, d, units);
    for (let u = 0; u < units; u++) {
      for (let f = 0; f < d; f++) w.data[f * units + u] = packed.data[startOf(u, d) + 2 * f]!;
    }
  },
  forward: (...args) => defineForward("forward", args, (sum) => sum),
  forwardRelu: (...args) => defineForward("forwardRelu", args, (sum) => Math.max(0, sum)),
  prepare(...args) {
    checkPrepare(1, ...args);
  },
  beginUpdate(...args) {
    checkUpdate(1, ...args);
  },
  update(...args) {
    const { n, units, d } = checkUpdate(1, ...args);
    const [packed, dy, kept, scale, shift, lambda, learningRate, , tickets] = args;
    const round = rounding(packed.dtype);
    const [rate, factor] = [round(learningRate.value), round(lambda)];
    const gradient = defineGradient({ n, units, d }, dy, kept, scale, shift, tickets);
    for (let u = 0; u < units; u++) {
      for (let f = 0; f < d; f++) {
        const at = startOf(u, d) + 2 * f;
        const w = packed.data[at]!;
        const dw = gradient[u * d + f]!;
        packed.data[at] = w - round(rate * (factor === 0 ? dw : round(dw + round(factor * w))));
      }
    }
  },
  beginGradient(...args) {
    checkGradient("gradient", 1, ...args);
  },
  gradient(...args) {
    const { n, units, d } = checkGradient("gradient", 1, ...args);
    const [dw, dy, kept, scale, shift, , tickets] = args;
    const gradient = defineGradient({ n, units, d }, dy, kept, scale, shift, tickets);
    dw.data.fill(0);
    for (let u = 0; u < units; u++) {
      for (let f = 0; f < d; f++) dw.data[startOf(u, d) + 2 * f] = gradient[u * d + f]!;
    }
  },
};

/** The address from which on the batch with this ticket is kept. */
const keptAddress = (kept: StoredSamples, ticket: number | undefined, n: number, d: number): number =>
  kept.data.byteOffset + kept.data.BYTES_PER_ELEMENT * keptFrom(ticket, n, d);

/** The least multiplications for which the threads of a team share a pass: with fewer, calling them takes longer. */
export const TEAM_MULTIPLICATIONS = 2 ** 18;

const isShared = (n: number, units: number, d: number) => n * units * d >= TEAM_MULTIPLICATIONS;

const endings = { uint8: "Bytes", float32: "Floats" } as const;

/**
 * The same to the bit, in SIMD. In float64, for which no plan uses these kernels, it is the definition.
 * @param team the kernels, called in all threads
 * @param threads how many threads those are
 */
export function wasm(calls: Calls, suffix: Suffix, team: TeamCalls, threads: number): FirstLayerKernels {
  if (suffix === "F64") return reference;
  function forward(name: "forward" | "forwardRelu", args: Forward, rectify: boolean): void {
    const { n, units, d } = checkForward(threads, name, ...args);
    const [y, keptSamples, values, rows, scale, shift, pairs, bias, scratch, tickets] = args;
    const ticket = tickets?.current ?? 0;
    const kept = keptSamples === undefined ? 0 : keptAddress(keptSamples, tickets?.current, n, d);
    const kernel = (isShared(n, units, d) ? team.calls : calls)[`firstLayerForward${endings[values.dtype]}`];
    kernel({ y, kept, values, rows, scale, shift, pairs, bias, n, units, d, rectify, scratch, ticket });
  }
  let hasBegun = false;
  /** Packs the gradient by the outputs, and calls the kernel of an update or of a gradient. */
  function call(callers: TeamCalls["begin"], { n, units, d }: Sizes, args: Gradient, own?: Step): void {
    const [pairs, dy, keptSamples, scale, shift, scratch, tickets] = args;
    const gradient = scratch.data.byteOffset + threadsBytes(units, threads);
    calls.firstLayerPackGradient({ gradient, dy, n, units });
    const kept = keptAddress(keptSamples, tickets?.current, n, d);
    const shared = { pairs, gradient, kept, scale, shift, n, units, d, scratch };
    const ending = endings[keptSamples.dtype];
    if (own === undefined) callers[`firstLayerGradient${ending}`](shared);
    else callers[`firstLayerUpdate${ending}`]({ ...shared, ...own });
  }
  /** The other threads begin. If an error has left a call begun, the team completes it before its next one. */
  function begin(sizes: Sizes, args: Gradient, own?: Step): void {
    hasBegun = threads > 1 && isShared(sizes.n, sizes.units, sizes.d);
    if (hasBegun) call(team.begin, sizes, args, own);
  }
  function end(sizes: Sizes, args: Gradient, own?: Step): void {
    if (hasBegun) team.complete();
    else call(isShared(sizes.n, sizes.units, sizes.d) ? team.calls : calls, sizes, args, own);
    hasBegun = false;
  }
  /** An update's arguments as those of a gradient, and its step. */
  const split = (...[packed, dy, kept, scale, shift, lambda, learningRate, ...rest]: Update) =>
    [[packed, dy, kept, scale, shift, ...rest], { lambda, rate: learningRate.value }] as [Gradient, Step];
  return {
    pack(packed, w) {
      checkLayout("pack", packed, w.rows, w.columns);
      calls.firstLayerPack({ pairs: packed, w, d: w.rows, units: w.columns });
    },
    unpack(w, packed) {
      checkLayout("unpack", packed, w.rows, w.columns);
      calls.firstLayerUnpack({ w, pairs: packed, d: w.rows, units: w.columns });
    },
    forward: (...args) => forward("forward", args, false),
    forwardRelu: (...args) => forward("forwardRelu", args, true),
    prepare(...args) {
      const { n, units, d } = checkPrepare(threads, ...args);
      const [keptSamples, values, rows, scale, shift, , scratch, { next: ticket }] = args;
      if (!isShared(n, units, d)) return;
      const kept = keptAddress(keptSamples, ticket, n, d);
      const prepare = team.calls[`firstLayerPrepare${endings[values.dtype]}`];
      prepare({ kept, values, rows, scale, shift, n, units, d, scratch, ticket });
    },
    beginUpdate: (...args) => begin(checkUpdate(threads, ...args), ...split(...args)),
    update: (...args) => end(checkUpdate(threads, ...args), ...split(...args)),
    beginGradient: (...args) => begin(checkGradient("gradient", threads, ...args), args),
    gradient: (...args) => end(checkGradient("gradient", threads, ...args), args),
  };
}
