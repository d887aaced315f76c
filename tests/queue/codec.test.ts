/** What travels over a queue, there and back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QueueError } from "../../src/errors.ts";
import { decode, encode } from "../../src/queue/codec.ts";

const through = (value: unknown) => decode(encode(value), "The message");

describe("the codec", () => {
  it("keeps every number's bits, in arrays and outside of them", () => {
    const numbers = [0, -0, 1 / 3, 5e-324, -1.5e308, Number.NaN, Infinity, -Infinity];
    expect(through(numbers)).toEqual(numbers);
    expect(Object.is((through([-0]) as number[])[0], -0)).toBe(true);
    const arrays = {
      single: Float32Array.of(-0, Number.NaN, 1e-45, 3.5),
      double: Float64Array.of(1 / 3, -0, Infinity),
      rows: Uint32Array.of(0, 4294967295),
      none: new Float32Array(0),
    };
    expect(through(arrays)).toEqual(arrays);
  });

  it("takes a part of a longer buffer as it is", () => {
    const part = new Float32Array(Float32Array.of(1, 2, 3, 4).buffer, 4, 2);
    expect(through(part)).toEqual(Float32Array.of(2, 3));
  });

  it("gives any settings and rows as they were, but for what is undefined", () => {
    const value = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null));
    const rows = fc.array(
      fc.dictionary(
        fc.string().filter((key) => !key.startsWith("$")),
        value,
      ),
    );
    fc.assert(
      fc.property(rows, (given) => {
        expect(through(given)).toEqual(given.map((row) => ({ ...row })));
      }),
    );
    expect(through({ a: undefined, b: 1 })).toEqual({ b: 1 });
  });

  it.each([
    ["no JSON", "{"],
    ["an unknown array", '{"$Int8Array":"AA=="}'],
    ["an array of half a number", '{"$Float32Array":"AAA="}'],
    ["no number", '{"$n":"constructor"}'],
    ["no text", '{"$Float32Array":[1]}'],
  ])("refuses %s", (_, text) => {
    expect(() => decode(text, "The job a-1")).toThrow(QueueError);
    expect(() => decode(text, "The job a-1")).toThrow(/^The job a-1 is damaged: .*--queue-name/);
  });

  it("has only the arrays that it can give back", () => {
    expect(() => encode(Int8Array.of(1))).toThrow("The codec has no Int8Array.");
  });
});
