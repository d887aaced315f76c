import { describe, expect, it } from "vitest";
import { ShapeError } from "../src/errors.ts";
import { expectShape, Region, rounding } from "../src/tensor.ts";

describe("a region", () => {
  it("adds up what its tensors need, each from a multiple of 64 on", () => {
    const region = new Region();
    expect(region.bytes).toBe(0);
    region.tensor("float32", 3, 5); // 60 bytes
    expect(region.bytes).toBe(64);
    region.tensor("float64", 1, 9); // 72
    expect(region.bytes).toBe(64 + 128);
    region.tensor("uint8", 64, 1);
    expect(region.bytes).toBe(64 + 128 + 64);
    region.tensor("uint32", 0, 7);
    expect(region.bytes).toBe(64 + 128 + 64);
  });

  it("adds up beyond what a memory can hold", () => {
    const region = new Region();
    region.tensor("float64", 2 ** 20, 2 ** 20);
    region.tensor("uint8", 1, 1);
    expect(region.bytes).toBe(2 ** 43 + 64);
  });

  it("gives its tensors their memory, one after another, when it is bound", () => {
    const region = new Region();
    const [a, b] = [region.tensor("float32", 3, 5), region.tensor("float64", 1, 2)];
    const empty = region.tensor("uint8", 0, 4);
    const c = region.tensor("uint32", 2, 2);
    const buffer = new ArrayBuffer(128 + region.bytes);
    region.bind(buffer, 128);
    expect([a, b, empty, c].map(({ data }) => [data.byteOffset, data.length])).toEqual([
      [128, 15],
      [192, 2],
      [256, 0],
      [256, 4],
    ]);
    b.data.set([1.5, -2]);
    expect([...new Float64Array(buffer, 192, 2)]).toEqual([1.5, -2]);
    expect(a.data).toBeInstanceOf(Float32Array);
    expect(c.data).toBeInstanceOf(Uint32Array);
  });

  it("can be bound to a shared memory", () => {
    const region = new Region();
    const tensor = region.tensor("uint8", 1, 3);
    const buffer = new SharedArrayBuffer(64);
    region.bind(buffer, 0);
    expect(tensor.data.buffer).toBe(buffer);
  });
});

describe("a tensor", () => {
  it("names its shape, size and type", () => {
    const { rows, columns, size, shape, dtype } = new Region().tensor("uint32", 3, 5);
    expect({ rows, columns, size, shape, dtype }).toEqual({
      rows: 3,
      columns: 5,
      size: 15,
      shape: "(3, 5)",
      dtype: "uint32",
    });
  });

  it("has no data before its region is bound, and says so", () => {
    const tensor = new Region().tensor("float32", 3, 5);
    expect(() => tensor.data).toThrow(
      new ShapeError("Tensor (3, 5) has no memory yet: bind its region first."),
    );
  });

  it("gives the same view every time: kernels' calls allocate nothing", () => {
    const region = new Region();
    const tensor = region.tensor("float32", 3, 5);
    region.bind(new ArrayBuffer(64), 0);
    expect(tensor.data).toBe(tensor.data);
  });

  it("shares its storage with its first rows, whether they were taken before binding or after", () => {
    const region = new Region();
    const tensor = region.tensor("float32", 3, 2);
    const before = tensor.firstRows(2);
    region.bind(new ArrayBuffer(64), 0);
    tensor.data.set([1, 2, 3, 4, 5, 6]);
    expect([...before.data]).toEqual([1, 2, 3, 4]);
    expect(before.shape).toBe("(2, 2)");
    before.data[0] = 10;
    expect([...tensor.firstRows(1).data]).toEqual([10, 2]);
    expect([...tensor.firstRows(2).firstRows(1).data]).toEqual([10, 2]);
    expect(tensor.firstRows(0).data.length).toBe(0);
    expect(tensor.firstRows(3)).toBe(tensor);
  });

  it("has no more rows than it has", () => {
    expect(() => new Region().tensor("float32", 3, 2).firstRows(4)).toThrow(
      new ShapeError("Tensor (3, 2) has no 4 rows."),
    );
  });
});

it("rounding is Math.fround in float32 and nothing in float64", () => {
  expect([rounding("float32")(0.1), rounding("float64")(0.1)]).toEqual([Math.fround(0.1), 0.1]);
});

it("expectShape names place, tensor, shape and expectation", () => {
  const tensor = new Region().tensor("float32", 1, 4);
  expect(() => expectShape("batchNorm.forward", "gamma", tensor, 1, 4)).not.toThrow();
  expect(() => expectShape("batchNorm.forward", "gamma", tensor, 1, 3)).toThrow(
    new ShapeError("batchNorm.forward: gamma is (1, 4), expected (1, 3)."),
  );
  expect(() => expectShape("batchNorm.forward", "gamma", tensor, 4, 1)).toThrow(
    new ShapeError("batchNorm.forward: gamma is (1, 4), expected (4, 1)."),
  );
});
