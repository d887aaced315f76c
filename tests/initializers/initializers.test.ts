import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import {
  ConstantInitializer,
  HeInitializer,
  type Initializer,
  initializerNames,
  initializers,
  LeCunInitializer,
  NormalInitializer,
  parseInitializer,
  XavierInitializer,
  ZerosInitializer,
} from "../../src/initializers/index.ts";
import { Random } from "../../src/random.ts";

/** What it fills a (rows, columns) parameter with. */
function filled(initializer: Initializer, rows: number, columns: number, seed = 1): Float64Array {
  const values = new Float64Array(rows * columns);
  initializer.fill(values, rows, columns, new Random(seed));
  return values;
}

/** The standard deviation about 0, as a multiple of `expected`, must be 1 within four standard errors. */
function expectNormal(values: Float64Array, expected: number) {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const std = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / n);
  expect(Math.abs(mean / expected)).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(std / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * n));
}

describe("the normal initializers", () => {
  it("XavierInitializer draws N(0, 1/√fan_in), fan_in being the rows", () => {
    expectNormal(filled(new XavierInitializer(), 3072, 50), 1 / Math.sqrt(3072));
    expectNormal(filled(new XavierInitializer(), 50, 3072), 1 / Math.sqrt(50));
  });

  it("XavierInitializer draws a bias, (1, out), from N(0, 1)", () => {
    expectNormal(filled(new XavierInitializer(), 1, 50_000), 1);
  });

  it("HeInitializer draws N(0, √(2/fan_in))", () => {
    expectNormal(filled(new HeInitializer(), 400, 100), Math.sqrt(2 / 400));
  });

  it("LeCunInitializer draws N(0, 1/√fan_in), as the XavierInitializer here does, to the bit", () => {
    expectNormal(filled(new LeCunInitializer(), 400, 100), 1 / Math.sqrt(400));
    expect(filled(new LeCunInitializer(), 3, 50)).toEqual(filled(new XavierInitializer(), 3, 50));
    expect(filled(new LeCunInitializer(), 1, 50)).toEqual(filled(new NormalInitializer(1), 1, 50));
  });

  it("NormalInitializer draws N(0, std) whatever the shape", () => {
    expectNormal(filled(new NormalInitializer(0.001), 300, 100), 0.001);
    expectNormal(filled(new NormalInitializer(), 1, 50_000), 0.01);
    expect([...filled(new NormalInitializer(0), 2, 2)].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it("draw in the order of the elements: they are the generator's deviates, scaled", () => {
    const random = new Random(1);
    const deviates = Array.from({ length: 8 }, () => random.normal());
    expect([...filled(new XavierInitializer(), 4, 2)]).toEqual(deviates.map((z) => z / 2));
    expect([...filled(new HeInitializer(), 2, 4)]).toEqual(deviates);
    expect([...filled(new NormalInitializer(3), 4, 2)]).toEqual(deviates.map((z) => 3 * z));
  });

  it("draw other numbers from another seed", () => {
    expect(filled(new XavierInitializer(), 2, 2, 1)).not.toEqual(filled(new XavierInitializer(), 2, 2, 2));
  });

  it.each([-1, NaN, Infinity])("NormalInitializer refuses the deviation %d", (std) => {
    expect(() => new NormalInitializer(std)).toThrow(
      new ConfigError(`NormalInitializer: the standard deviation is ${std}, expected a finite number ≥ 0.`),
    );
  });
});

it("ConstantInitializer and ZerosInitializer fill with their number and draw nothing", () => {
  const random = new Random(1);
  const values = new Float32Array(3);
  new ConstantInitializer(2.5).fill(values);
  expect([...values]).toEqual([2.5, 2.5, 2.5]);
  new ZerosInitializer().fill(values);
  expect([...values]).toEqual([0, 0, 0]);
  expect(random.uint32()).toBe(new Random(1).uint32());
});

describe("the names of initializers", () => {
  const choices = initializerNames();

  it("are those of --init", () => {
    const all = [
      new XavierInitializer(),
      new HeInitializer(),
      new LeCunInitializer(),
      new NormalInitializer(0.001),
      new ConstantInitializer(1),
      new ZerosInitializer(),
    ];
    expect(all.map(({ name }) => name)).toEqual([
      "xavier",
      "he",
      "lecun",
      "normal:0.001",
      "constant:1",
      "zeros",
    ]);
    expect(Object.keys(initializers)).toEqual(expect.arrayContaining(["xavier", "he", "lecun", "normal"]));
    expect(choices.slice(0, 4)).toEqual(["xavier", "he", "lecun", "normal:SIGMA"]);
  });

  it.each(["xavier", "he", "lecun", "normal:0.001", "normal:1e-7", "normal:0"])("parse: %s", (text) => {
    expect(parseInitializer(text).name).toBe(text);
  });

  it.each([
    ["xavir", `No initializer "xavir". There are: ${choices.join(", ")}.`],
    ["", `No initializer "". There are: ${choices.join(", ")}.`],
    ["toString", `No initializer "toString". There are: ${choices.join(", ")}.`],
    ["xavier:2", `No initializer "xavier:2". There are: ${choices.join(", ")}.`],
    ["normal", 'The initializer "normal" needs a standard deviation ≥ 0, as in normal:0.001.'],
    ["normal:", 'The initializer "normal:" needs a standard deviation ≥ 0, as in normal:0.001.'],
    ["normal:-1", 'The initializer "normal:-1" needs a standard deviation ≥ 0, as in normal:0.001.'],
    ["normal:x", 'The initializer "normal:x" needs a standard deviation ≥ 0, as in normal:0.001.'],
    [
      "normal:Infinity",
      'The initializer "normal:Infinity" needs a standard deviation ≥ 0, as in normal:0.001.',
    ],
    ["normal:0.1:2", 'The initializer "normal:0.1:2" needs a standard deviation ≥ 0, as in normal:0.001.'],
  ])("are refused otherwise, with the choices: %j", (text, message) => {
    expect(() => parseInitializer(text)).toThrow(new ConfigError(message));
  });
});
