/**
 * Matrices in linear memory, laid out before there is a memory: a `Region` adds up what is asked of it, and its
 * tensors get their views when it is bound to a buffer. So a model's needs are known, and refused if they are too
 * large, before anything is allocated; and nothing is allocated afterwards.
 */
import { ShapeError } from "./errors.ts";

/** What a model computes in. */
export type Precision = "float32" | "float64";
export type DType = Precision | "uint8" | "uint16" | "uint32";

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
};
/** The array type of each element type. */
export type ArrayOf = {
  float32: Float32Array;
  float64: Float64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
};
/** An array of numbers in a model's precision. */
export type FloatArray = Float32Array | Float64Array;

/** Every tensor starts on a cache line. */
const ALIGNMENT = 64;

/** The bytes behind one or more tensors. */
class Storage<D extends DType> {
  readonly dtype: D;
  readonly offset: number;
  readonly length: number;
  array: ArrayOf[D] | undefined;

  constructor(dtype: D, offset: number, length: number) {
    this.dtype = dtype;
    this.offset = offset;
    this.length = length;
  }
}

/** A dense row-major matrix, (rows, columns); a vector is a matrix of one row. */
export class Tensor<D extends DType = Precision> {
  readonly rows: number;
  readonly columns: number;
  readonly #storage: Storage<D>;
  #data: ArrayOf[D] | undefined;

  /** @internal Tensors come from {@link Region.tensor} and {@link Tensor.firstRows}. */
  constructor(storage: Storage<D>, rows: number, columns: number) {
    this.#storage = storage;
    this.rows = rows;
    this.columns = columns;
  }

  get dtype(): D {
    return this.#storage.dtype;
  }

  /** Elements. */
  get size(): number {
    return this.rows * this.columns;
  }

  /** "(rows, columns)", as errors name it. */
  get shape(): string {
    return `(${this.rows}, ${this.columns})`;
  }

  /** The elements, where the kernels see them; `data.byteOffset` is their address. */
  get data(): ArrayOf[D] {
    if (this.#data !== undefined) return this.#data;
    const array = this.#storage.array;
    if (array === undefined)
      throw new ShapeError(`Tensor ${this.shape} has no memory yet: bind its region first.`);
    this.#data = array.subarray(0, this.size) as ArrayOf[D];
    return this.#data;
  }

  /** Whether both stand in the same place: one may have more rows than the other. */
  isIn(other: Tensor<DType>): boolean {
    return (this.#storage as unknown) === other.#storage;
  }

  /** The same storage, its first `rows` rows: what a batch smaller than the largest one uses. */
  firstRows(rows: number): Tensor<D> {
    if (rows > this.rows) throw new ShapeError(`Tensor ${this.shape} has no ${rows} rows.`);
    return rows === this.rows ? this : new Tensor(this.#storage, rows, this.columns);
  }
}

/** Tensors one after another, from offset 0 on. */
export class Region {
  #bytes = 0;
  readonly #storages: Storage<DType>[] = [];

  /** Bytes that all tensors so far need. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A tensor of zeros, in this region. */
  tensor<D extends DType>(dtype: D, rows: number, columns: number): Tensor<D> {
    const length = rows * columns;
    const storage = new Storage(dtype, this.#bytes, length);
    this.#storages.push(storage as Storage<DType>);
    const bytes = length * arrays[dtype].BYTES_PER_ELEMENT;
    this.#bytes += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return new Tensor(storage, rows, columns);
  }

  /** Gives the tensors their memory: `bytes` bytes of `buffer` from `base` on, a multiple of 64. */
  bind(buffer: ArrayBufferLike, base: number): void {
    for (const storage of this.#storages) {
      storage.array = new arrays[storage.dtype](buffer as ArrayBuffer, base + storage.offset, storage.length);
    }
  }
}

/** A number that may change between two runs of the same plan, such as the learning rate. */
export interface Scalar {
  value: number;
}

/** Math.fround for float32, nothing for float64: what an operation in that precision does to its result. */
export function rounding(dtype: Precision): (value: number) => number {
  return dtype === "float32" ? Math.fround : (value) => value;
}

/** What puts 0 in place of a number below the least normal one of that precision. */
export function flushing(dtype: Precision): (value: number) => number {
  const least = dtype === "float32" ? 2 ** -126 : 2 ** -1022;
  return (value) => (Math.abs(value) < least ? 0 : value);
}

/** @throws ShapeError unless `tensor` has this shape: "batchNorm.forward: gamma is (1, 4), expected (1, 3)." */
export function expectShape(
  where: string,
  name: string,
  tensor: Tensor<DType>,
  rows: number,
  columns: number,
): void {
  if (tensor.rows !== rows || tensor.columns !== columns) {
    throw new ShapeError(`${where}: ${name} is ${tensor.shape}, expected (${rows}, ${columns}).`);
  }
}
