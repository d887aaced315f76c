/**
 * What arrays of numbers stand for. They are recognised by what they are, whoever made them: a subclass (Node's Buffer)
 * and an array of another realm (an iframe, a vm context, jsdom) count as what they hold.
 *
 *   | array                                  | taken as                                           |
 *   | -------------------------------------- | -------------------------------------------------- |
 *   | Uint8Array, Uint8ClampedArray          | bytes, v / 255; not copied                         |
 *   | Float32Array, Float64Array             | numbers, float32 or float64; not copied            |
 *   | Int8Array, Int16Array, Uint16Array     | numbers, not divided by anything; float32 is exact |
 *   | Float16Array                           | numbers; float32 is exact                          |
 *   | Int32Array, Uint32Array                | numbers; float64 is exact                          |
 *   | an array of numbers                    | numbers, float64                                   |
 *   | an array of rows, each one of these    | the rows one after another                         |
 *
 * All else is refused: 64-bit integers, text, null, holes.
 */
import { DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import type { ElementType } from "./dataset.ts";

/** Numbers of samples, as they are stored before a training reads them. */
export type SampleValues = Uint8Array | Float32Array | Float64Array;

/** What {@link toSampleValues} takes. */
export type NumberArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | readonly number[];

/** Numbers of samples as callers have them: one after another, or an array for each sample. */
export type NumbersOrRows = NumberArray | readonly NumberArray[];

const getter = (name: string | symbol) =>
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), name)!.get!;
const typedArrayTag = getter(Symbol.toStringTag);
/** The class's own getters: a subclass may have others. */
const intrinsic = { length: getter("length"), byteOffset: getter("byteOffset"), buffer: getter("buffer") };

/** "Uint8Array" for a Buffer too; undefined for what is no typed array. */
export function typedArrayName(value: unknown): string | undefined {
  return typedArrayTag.call(value) as string | undefined;
}

/** How a typed array's numbers are stored for samples; undefined: not at all. */
const storage: Readonly<Record<string, ElementType>> = {
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Float32Array: "float32",
  Float64Array: "float64",
  Int8Array: "float32",
  Int16Array: "float32",
  Uint16Array: "float32",
  Float16Array: "float32",
  Int32Array: "float64",
  Uint32Array: "float64",
};

/** The element types by name. */
export const elementTypes: Readonly<Record<ElementType, ElementType>> = {
  uint8: "uint8",
  float32: "float32",
  float64: "float64",
};

const arrays = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array } as const;

/** An array of zeros for `length` numbers of samples. */
export const newSampleValues = (elementType: ElementType, length: number): SampleValues =>
  new arrays[elementType](length);

/** How these values are stored. */
export function elementTypeOf(values: SampleValues): ElementType {
  return storage[typedArrayName(values)!]!;
}

/** Bytes stand for v / 255, numbers for themselves. A model trained on the one must not get the other. */
export type ValueKind = "bytes" | "numbers";

export const kindOf = (elementType: ElementType): ValueKind =>
  elementType === "uint8" ? "bytes" : "numbers";

/** How a model of this precision stores numbers. */
export const storedAs = (elementType: ElementType, precision: "float32" | "float64"): ElementType =>
  elementType === "float64" ? precision : elementType;

/**
 * Numbers one after another, or rows of them, by the table above.
 * @param where what is called, for errors
 * @returns the values, and the numbers of a row if they came as rows
 * @throws DatasetError if they are none of what the table lists, or the rows have different lengths
 */
export function toSampleValues(
  where: string,
  values: unknown,
): { values: SampleValues; rowLength: number | undefined } {
  const flat = fromTypedArray(values);
  if (flat !== undefined) return { values: flat, rowLength: undefined };
  if (!Array.isArray(values)) throw refusal(where, "values", values);
  const isRows = values.length > 0 && typeof values[0] === "object" && values[0] !== null;
  if (!isRows) return { values: fromNumbers(where, "values", values), rowLength: undefined };
  return fromRows(where, values);
}

/** A view of the same memory, by an array class of this realm; or a copy where the numbers must be converted. */
function fromTypedArray(values: unknown): SampleValues | undefined {
  const name = typedArrayName(values);
  const elementType = name === undefined ? undefined : storage[name];
  if (elementType === undefined) return undefined;
  const array = values as Uint8Array;
  const Wanted = arrays[elementType];
  // A subclass may have changed subarray() and the like: only an array of the class itself is taken as it is.
  if (Object.getPrototypeOf(array) === Wanted.prototype) return array;
  const { length, byteOffset, buffer } = intrinsic;
  const count = length.call(array) as number;
  // A detached buffer allows no view, not even an empty one.
  if (count === 0) return new Wanted(0);
  if (elementType === "uint8" || name === Wanted.name) {
    return new Wanted(buffer.call(array) as ArrayBuffer, byteOffset.call(array) as number, count);
  }
  return Wanted.from(array);
}

function fromNumbers(where: string, name: string, values: readonly unknown[]): Float64Array {
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number") throw refusal(where, `${name}[${i}]`, value, "a number");
    numbers[i] = value;
  }
  return numbers;
}

function fromRows(where: string, rows: readonly unknown[]): { values: SampleValues; rowLength: number } {
  const converted = Array.from(rows, (row, i) => {
    const typed = fromTypedArray(row);
    if (typed !== undefined) return typed;
    if (!Array.isArray(row))
      throw refusal(where, `values[${i}]`, row, "an array of numbers, as values[0] is");
    return fromNumbers(where, `values[${i}]`, row);
  });
  const rowLength = converted[0]!.length;
  const types = converted.map(elementTypeOf);
  for (const [i, row] of converted.entries()) {
    if (row.length !== rowLength) {
      throw new DatasetError(
        `${where}: values[${i}] has ${row.length} numbers, expected ${rowLength}, as values[0] has.`,
      );
    }
    if (kindOf(types[i]!) !== kindOf(types[0]!)) {
      throw new DatasetError(
        `${where}: values[${i}] holds ${kindOf(types[i]!)} and values[0] ${kindOf(types[0]!)}. ` +
          "Give all rows as arrays of one type.",
      );
    }
  }
  const values = newSampleValues(types.includes("float64") ? "float64" : types[0]!, rows.length * rowLength);
  for (const [i, row] of converted.entries()) values.set(row, i * rowLength);
  return { values, rowLength };
}

function refusal(
  where: string,
  name: string,
  value: unknown,
  expected = "an array of numbers: a Uint8Array (bytes), a Float32Array, a Float64Array, or a plain one",
): DatasetError {
  const given = typedArrayName(value) ?? shown(value);
  const article = given === typedArrayName(value) ? "a " : "";
  return new DatasetError(`${where}: ${name} is ${article}${given}, expected ${expected}.`);
}
