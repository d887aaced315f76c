/**
 * Makes the same kernel call on WebAssembly and on its definition, in two memories that are laid out alike. Both must write
 * the same bits, and nothing else. All that no input fills (guard zones between the tensors, the outputs before the call)
 * holds a pattern of huge numbers, so that wrong reads and writes show.
 */
import { expect } from "vitest";
import {
  type Device,
  referenceBackend,
  type SimdWidth,
  setSimdWidth,
  wasmBackend,
} from "../../src/backend/index.ts";
import { ShapeError } from "../../src/errors.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { MATMUL_WORKSPACE_BYTES } from "../../src/kernels/matmul.ts";
import { type DType, type Precision, Region, type Tensor } from "../../src/tensor.ts";
import { expectSameBits } from "./expectNumbers.ts";

type Values = ((index: number) => number) | ArrayLike<number>;

/** A tensor to be laid out: its size, its content before the call, and what the call may do to it. */
export interface Slot<D extends DType> {
  readonly dtype: D | "precision";
  readonly rows: number;
  readonly columns: number;
  readonly values: Values | undefined;
  /** "scratch" may hold anything afterwards. */
  readonly role: "read" | "written" | "scratch";
}

const slot = <D extends DType>(dtype: Slot<D>["dtype"], rows: number, columns: number, values?: Values) =>
  ({ dtype, rows, columns, values, role: "read" }) as Slot<D>;

/** A tensor of the twins' precision. */
export const floats = (rows: number, columns: number, values?: Values): Slot<Precision> =>
  slot<Precision>("precision", rows, columns, values);
export const singles = (rows: number, columns: number, values?: Values): Slot<"float32"> =>
  slot("float32", rows, columns, values);
export const doubles = (rows: number, columns: number, values?: Values): Slot<"float64"> =>
  slot("float64", rows, columns, values);
export const bytes = (rows: number, columns: number, values?: Values): Slot<"uint8"> =>
  slot("uint8", rows, columns, values);
export const words = (rows: number, columns: number, values?: Values): Slot<"uint16"> =>
  slot("uint16", rows, columns, values);
export const integers = (rows: number, columns: number, values?: Values): Slot<"uint32"> =>
  slot("uint32", rows, columns, values);

/** A tensor that the kernel writes (or, with values, reads and writes). */
export const written = <D extends DType>(tensor: Slot<D>): Slot<D> => ({ ...tensor, role: "written" });
export const scratch = <D extends DType>(tensor: Slot<D>): Slot<D> => ({ ...tensor, role: "scratch" });

type Slots = Readonly<Record<string, Slot<DType>>>;
type Tensors<S extends Slots> = {
  readonly [K in keyof S]: S[K] extends Slot<infer D> ? Tensor<D> : never;
};
type Call<S extends Slots> = (kernels: Kernels, tensors: Tensors<S>, workspace: Tensor<"uint8">) => void;

/** The bytes of a guard zone, more than any group of vectors that a kernel stores at once. */
const GUARD = 64;

/** Words 0x7F??????, different in every place. As floats they are huge; as row numbers they are out of range. */
const pattern = new Uint8Array(
  new Uint32Array(1 << 21).map((_, i) => 0x7f000000 | (Math.imul(i + 1, 0x9e3779b1) >>> 9)).buffer,
);

/** One of the two memories. */
class Side {
  readonly device: Device;
  readonly #precision: Precision;
  readonly #workspace: Tensor<"uint8">;
  readonly #base: number;

  constructor(device: Device, precision: Precision) {
    this.device = device;
    this.#precision = precision;
    const region = new Region();
    region.tensor("uint8", 1, GUARD);
    this.#workspace = region.tensor("uint8", 1, MATMUL_WORKSPACE_BYTES);
    region.bind(device.buffer, device.base);
    this.#base = device.base + region.bytes;
    new Uint8Array(device.buffer, device.base, region.bytes).set(pattern.subarray(0, region.bytes));
  }

  /** Lays the slots out, makes the call, and checks that only what may be written has been. */
  run<S extends Slots>(what: string, slots: S, call: Call<S>): Tensors<S> {
    const region = new Region();
    const guard = () => region.tensor("uint8", 1, GUARD);
    const tensors = Object.fromEntries(
      Object.entries(slots).map(([name, { dtype, rows, columns }]) => {
        guard();
        return [name, region.tensor(dtype === "precision" ? this.#precision : dtype, rows, columns)];
      }),
    ) as Record<string, Tensor<DType>>;
    guard();
    const { buffer, base } = this.device;
    region.bind(buffer, this.#base);
    // From here to the memory's first free byte lies the workspace, which the call may use.
    const before = pattern.slice(0, region.bytes);
    const memory = new Uint8Array(buffer, this.#base, region.bytes);
    memory.set(before);
    for (const [name, { values }] of Object.entries(slots)) {
      const { data } = tensors[name]!;
      if (typeof values === "function") for (let i = 0; i < data.length; i++) data[i] = values(i);
      else if (values !== undefined) data.set(values);
    }
    before.set(memory);

    call(this.device.kernels, tensors as Tensors<S>, this.#workspace);

    for (const [name, { role }] of Object.entries(slots)) {
      if (role === "read") continue;
      const { byteOffset, byteLength } = tensors[name]!.data;
      const at = byteOffset - this.#base;
      before.set(memory.subarray(at, at + byteLength), at);
    }
    if (Buffer.compare(before, memory) !== 0) {
      const at = before.findIndex((byte, i) => byte !== memory[i]);
      const places = Object.entries(tensors).map(([name, { data }]) => {
        const start = data.byteOffset - this.#base;
        return `${name} ${start}…${start + data.byteLength}`;
      });
      expect.fail(`${what}: byte ${at} was written and must not be. The tensors: ${places.join(", ")}.`);
    }
    const belowWorkspace = new Uint8Array(buffer, base, GUARD);
    if (Buffer.compare(belowWorkspace, pattern.subarray(0, GUARD)) !== 0) {
      expect.fail(`${what}: bytes before the workspace were written.`);
    }
    return tensors as Tensors<S>;
  }
}

export class Twins {
  readonly precision: Precision;
  readonly name: string;
  readonly #wasm: Side;
  readonly #reference: Side;

  /**
   * @param options.shared the binary for threads, on a shared memory
   * @param options.width the binary of wide vectors, which any engine runs
   */
  static async open(
    precision: Precision,
    { shared = false, width = "narrow" }: { shared?: boolean; width?: SimdWidth } = {},
  ): Promise<Twins> {
    const room = pattern.length + MATMUL_WORKSPACE_BYTES + GUARD;
    const name = [precision, ...(shared ? ["threads"] : []), ...(width === "wide" ? ["wide"] : [])].join(
      ", ",
    );
    setSimdWidth(width);
    const opening = wasmBackend({ shared }).open(room, precision);
    setSimdWidth("narrow");
    return new Twins(precision, name, await opening, await referenceBackend().open(room, precision));
  }

  private constructor(precision: Precision, name: string, wasm: Device, reference: Device) {
    this.precision = precision;
    this.name = name;
    this.#wasm = new Side(wasm, precision);
    this.#reference = new Side(reference, precision);
  }

  /**
   * Makes the call on both sides and compares what was written, bit by bit.
   * @param what the call in words, for the error
   * @returns the definition's tensors, which the next call overwrites
   */
  check<S extends Slots>(what: string, slots: S, call: Call<S>): Tensors<S> {
    const title = `${what} ${Object.values(slots)
      .map(({ rows, columns }) => `(${rows}, ${columns})`)
      .join(" ")}, ${this.name}`;
    // Sources of numbers are read once, so that both sides get the same numbers.
    const filled = Object.fromEntries(
      Object.entries(slots).map(([name, { values, ...rest }]) => [
        name,
        {
          ...rest,
          values:
            typeof values === "function"
              ? Float64Array.from({ length: rest.rows * rest.columns }, (_, i) => values(i))
              : values,
        },
      ]),
    ) as unknown as S;
    const actual = this.#wasm.run(title, filled, call);
    const expected = this.#reference.run(`the definition of ${title}`, filled, call);
    for (const [name, { role }] of Object.entries(slots)) {
      if (role === "written") expectSameBits(actual[name]!.data, expected[name]!.data, `${title}: ${name}`);
    }
    return expected;
  }

  /** Both sides refuse the call, with exactly this message, before they have written anything. */
  refuses<S extends Slots>(message: string, slots: S, call: Call<S>): void {
    const untouched = Object.fromEntries(
      Object.entries(slots).map(([name, tensor]) => [name, { ...tensor, role: "read" as const }]),
    ) as unknown as S;
    for (const side of [this.#wasm, this.#reference]) {
      side.run(message, untouched, (...args) => {
        expect(() => call(...args)).toThrow(new ShapeError(message));
      });
    }
  }
}

/** Every binary in every precision. */
export const everyTwins: readonly Twins[] = await Promise.all([
  Twins.open("float32"),
  Twins.open("float64"),
  Twins.open("float32", { shared: true }),
  Twins.open("float64", { shared: true }),
]);
export const [float32Twins, float64Twins] = everyTwins as [Twins, Twins, Twins, Twins];

/** The binary of wide vectors: its products differ from the others'. */
export const wideTwins: readonly Twins[] = await Promise.all([
  Twins.open("float32", { width: "wide" }),
  Twins.open("float64", { width: "wide" }),
]);
