import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { elementTypeOf, kindOf, storedAs, toSampleValues, typedArrayName } from "../../src/data/values.ts";
import { DatasetError } from "../../src/errors.ts";

const taken = (values: unknown) => {
  const result = toSampleValues("f", values);
  return [elementTypeOf(result.values), [...result.values], result.rowLength];
};

/** A subclass that hides its name. */
class Pixels extends Uint8Array {
  override get [Symbol.toStringTag](): "Uint8Array" {
    return "Pixels" as "Uint8Array";
  }
}

describe("toSampleValues", () => {
  it.each([
    ["a Uint8Array", Uint8Array.of(1, 255), "uint8"],
    ["a Uint8ClampedArray", Uint8ClampedArray.of(1, 255), "uint8"],
    ["a Buffer", Buffer.from([1, 255]), "uint8"],
    ["a subclass", Pixels.of(1, 255), "uint8"],
    ["a Uint8Array of another realm", runInNewContext("Uint8Array.of(1, 255)"), "uint8"],
    ["a Uint8ClampedArray of another realm", runInNewContext("Uint8ClampedArray.of(1, 255)"), "uint8"],
    ["a Float32Array of another realm", runInNewContext("Float32Array.of(1, 255)"), "float32"],
    ["a Float64Array of another realm", runInNewContext("Float64Array.of(1, 255)"), "float64"],
    ["an array of another realm", runInNewContext("[1, 255]"), "float64"],
    ["a Float32Array", Float32Array.of(1, 255), "float32"],
    ["a Float64Array", Float64Array.of(1, 255), "float64"],
    ["an Int16Array", Int16Array.of(1, 255), "float32"],
    ["a Uint16Array", Uint16Array.of(1, 255), "float32"],
    ["an Int32Array", Int32Array.of(1, 255), "float64"],
    ["a Uint32Array", Uint32Array.of(1, 255), "float64"],
    ["a plain array", [1, 255], "float64"],
  ])("takes %s for what it holds", (_, values, elementType) => {
    expect(taken(values)).toEqual([elementType, [1, 255], undefined]);
  });

  it("copies nothing that need not be converted", () => {
    for (const array of [
      Uint8ClampedArray.of(1, 2, 3).subarray(1),
      Buffer.from([1, 2]),
      Float64Array.of(3),
    ]) {
      const { values } = toSampleValues("f", array);
      expect([values.buffer, values.byteOffset]).toEqual([array.buffer, array.byteOffset]);
    }
  });

  it("takes a subclass for its numbers, whatever its own members do", () => {
    class Image extends Uint8Array {
      constructor(width: number, height = 1) {
        super(width * height);
      }
      override get length() {
        return 1;
      }
      override subarray(): never {
        throw new Error("not to be called");
      }
    }
    const image = new Image(2, 2);
    image.fill(7);
    expect(taken(image)).toEqual(["uint8", [7, 7, 7, 7], undefined]);
    expect([...toSampleValues("f", image).values.subarray(1, 3)]).toEqual([7, 7]);
  });

  it("keeps every bit of integers and float64", () => {
    expect(taken(Uint32Array.of(2 ** 32 - 1))[1]).toEqual([2 ** 32 - 1]);
    expect(taken([0.1])[1]).toEqual([0.1]);
  });

  it("takes rows of any of them, and mixes precisions but not kinds", () => {
    expect(
      taken([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual(["float64", [1, 2, 3, 4], 2]);
    expect(taken([Uint8Array.of(1, 2), Buffer.from([3, 4])])).toEqual(["uint8", [1, 2, 3, 4], 2]);
    expect(taken([Float32Array.of(1), [2]])).toEqual(["float64", [1, 2], 1]);
    expect(() => taken([Uint8Array.of(1), [2]])).toThrow(
      new DatasetError(
        "f: values[1] holds numbers and values[0] bytes. Give all rows as arrays of one type.",
      ),
    );
  });

  it.each([
    [
      "abc",
      'values is "abc", expected an array of numbers: a Uint8Array (bytes), a Float32Array, a Float64Array, or a plain one.',
    ],
    [undefined, /values is undefined, expected an array/],
    [null, /values is null, expected an array/],
    [{ length: 2 }, /values is an object, expected an array/],
    [new ArrayBuffer(8), /values is an ArrayBuffer/],
    [new DataView(new ArrayBuffer(8)), /values is a DataView/],
    [BigInt64Array.of(1n), /values is a BigInt64Array/],
    [[1, "2"], 'f: values[1] is "2", expected a number.'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    [[1, , 3], "f: values[1] is undefined, expected a number."],
    [[1n], "f: values[0] is 1n, expected a number."],
    [[[1, 2], [3]], "f: values[1] has 1 numbers, expected 2, as values[0] has."],
    [[[1], null], "f: values[1] is null, expected an array of numbers, as values[0] is."],
    [[[1], ["2"]], 'f: values[1][0] is "2", expected a number.'],
  ])("refuses what is none of them, case %#", (values, message) => {
    expect(() => taken(values)).toThrow(DatasetError);
    expect(() => taken(values)).toThrow(message);
  });
});

it("names typed arrays by what they are, and says how a model stores them", () => {
  expect(typedArrayName(new Pixels(1))).toBe("Uint8Array");
  expect([
    typedArrayName([1]),
    typedArrayName(undefined),
    typedArrayName(new DataView(new ArrayBuffer(1))),
  ]).toEqual([undefined, undefined, undefined]);
  expect([kindOf("uint8"), kindOf("float32"), kindOf("float64")]).toEqual(["bytes", "numbers", "numbers"]);
  expect(storedAs("float64", "float32")).toBe("float32");
  expect(storedAs("float64", "float64")).toBe("float64");
  expect(storedAs("float32", "float64")).toBe("float32");
  expect(storedAs("uint8", "float64")).toBe("uint8");
});
