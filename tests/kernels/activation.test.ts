/** That the wasm lanes have the bits of the definitions, and how far these are from the functions. */
import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { activationFunctions, derivedFrom } from "../../src/kernels/activation.ts";
import { referenceKernels } from "../../src/kernels/index.ts";
import { Random } from "../../src/random.ts";
import { type Precision, Region } from "../../src/tensor.ts";
import { expectClose, expectSameBits } from "../helpers/expectNumbers.ts";
import { bounds, SLOPE, worstErrors } from "../helpers/float32Errors.ts";
import { everyTwins, floats, written } from "../helpers/twins.ts";
import { kinds, numbers, sizes } from "../helpers/values.ts";

// mpmath, 40 digits, rounded to doubles: y and dy/dx at x = −3, −1, 0.5, 2.
const at = [-3, -1, 0.5, 2];
const worked = {
  gelu: [
    [-0.0040496940948902835, -0.15865525393145705, 0.34573123063700656, 1.9544997361036416],
    [-0.011945647204183927, -0.0833154705876863, 0.8674951246561629, 1.085231801078197],
  ],
  mish: [
    [-0.14564746127562458, -0.3034014613741089, 0.37524521130489513, 1.9439589595339946],
    [-0.09339311453232084, 0.05921675587739495, 0.8864243753577272, 1.0693179342794896],
  ],
  selu: [
    [-1.670568728767112, -1.1113307378125628, 0.5253504936777402, 2.101401974710961],
    [0.08753061208026489, 0.6467686030348141, 1.0507009873554805, 1.0507009873554805],
  ],
  sigmoid: [
    [0.04742587317756678, 0.2689414213699951, 0.6224593312018546, 0.8807970779778824],
    [0.04517665973091213, 0.19661193324148185, 0.2350037122015945, 0.10499358540350652],
  ],
  silu: [
    [-0.14227761953270035, -0.2689414213699951, 0.3112296656009273, 1.7615941559557649],
    [-0.08810410601516962, 0.07232948812851327, 0.7399611873026518, 1.0907842487848955],
  ],
  tanh: [
    [-0.9950547536867305, -0.7615941559557649, 0.46211715726000974, 0.9640275800758169],
    [0.00986603716544019, 0.4199743416140261, 0.7864477329659274, 0.07065082485316447],
  ],
} as const;

/** The limits of y and dy/dx at −Infinity and Infinity. */
const limits = {
  gelu: [-0, Infinity, 0, 1],
  mish: [-0, Infinity, 0, 1],
  selu: [-1.7580993408473766, Infinity, 0, 1.0507009873554805],
  sigmoid: [0, 1, 0, 0],
  silu: [-0, Infinity, 0, 1],
  tanh: [-1, 1, 0, 0],
} as const;

describe.each(everyTwins)("activation in $name", (twins) => {
  const tolerance = twins.precision === "float32" ? 3e-7 : 1e-15;
  const round = twins.precision === "float32" ? Math.fround : (x: number) => x;

  /** y and dy/dx of these numbers. */
  function run(name: (typeof activationFunctions)[number], x: readonly number[]) {
    const slot = floats(1, x.length, x);
    const { y } = twins.check(`${name} forward`, { y: written(floats(1, x.length)), x: slot }, (k, t) =>
      k.activation.forward(t.y, t.x, name),
    );
    const values = [...y.data];
    const { dx } = twins.check(
      `${name} backward`,
      {
        dx: written(floats(1, x.length)),
        dy: floats(1, x.length, () => 1),
        at: derivedFrom(name) === "x" ? slot : floats(1, x.length, values),
      },
      (k, t) => k.activation.backward(t.dx, t.dy, t.at, name),
    );
    return { y: values, slope: [...dx.data] };
  }

  it.each(activationFunctions)("computes %s and its derivative", (name) => {
    const { y, slope } = run(name, at);
    expectClose(y, worked[name][0], tolerance, name);
    expectClose(slope, worked[name][1], tolerance, `the derivative of ${name}`);
  });

  it.each(activationFunctions)("has the limits of %s at the infinities, and lets NaN pass", (name) => {
    const { y, slope } = run(name, [-Infinity, Infinity, NaN]);
    const [low, high, lowSlope, highSlope] = limits[name];
    expectSameBits(y, [round(low), round(high), NaN], name);
    expectClose(slope, [lowSlope, highSlope, NaN], tolerance, `the derivative of ${name}`);
  });

  it.each(["gelu", "mish", "selu", "silu", "tanh"] as const)("keeps the signs of zeros: %s", (name) => {
    expectSameBits(run(name, [0, -0]).y, [0, -0], name);
  });

  it("has the derivatives at 0: selu's is that of the left side", () => {
    const slopes = activationFunctions.map((name) => run(name, [0]).slope[0]!);
    expectClose(slopes, [0.5, 0.6, 1.7580993408473766, 0.25, 0.5, 1], tolerance);
  });

  it.each(kinds)("has the definition's bits at every size, %s values", (kind) => {
    const next = numbers(kind, twins.precision, "activation");
    for (const name of activationFunctions) {
      for (const n of sizes) {
        const [x, dy] = [floats(1, n, next), floats(1, n, next)];
        twins.check(name, { y: written(floats(1, n)), x }, (k, t) => k.activation.forward(t.y, t.x, name));
        twins.check(`${name} in place`, { x: written(x) }, (k, t) => k.activation.forward(t.x, t.x, name));
        twins.check(`${name} backward`, { dx: written(floats(1, n)), dy, at: x }, (k, t) =>
          k.activation.backward(t.dx, t.dy, t.at, name),
        );
        twins.check(`${name} backward in place`, { dy: written(dy), at: x }, (k, t) =>
          k.activation.backward(t.dy, t.dy, t.at, name),
        );
      }
    }
  });

  it("refuses shapes that do not go together", () => {
    twins.refuses(
      "activation.forward: y is (1, 6), expected (2, 3).",
      { y: floats(1, 6), x: floats(2, 3) },
      (k, { y, x }) => k.activation.forward(y, x, "gelu"),
    );
    twins.refuses(
      "activation.backward: dx is (3, 2), expected (2, 3).",
      { dx: floats(3, 2), dy: floats(2, 3), y: floats(2, 3) },
      (k, { dx, dy, y }) => k.activation.backward(dx, dy, y, "tanh"),
    );
    twins.refuses(
      "activation.backward: dy is (2, 2), expected (2, 3).",
      { dx: floats(2, 3), dy: floats(2, 2), y: floats(2, 3) },
      (k, { dx, dy, y }) => k.activation.backward(dx, dy, y, "tanh"),
    );
  });
});

/** The kernels' results beside the definitions', for `count` numbers that `fill` puts into their bits. */
async function compare(precision: Precision, count: number, fill: (bits: Uint32Array) => void) {
  const region = new Region();
  const [x, y, expected] = [0, 1, 2].map(() => region.tensor(precision, 1, count));
  const { buffer, base, kernels } = await wasmBackend().open(region.bytes, precision);
  region.bind(buffer, base);
  fill(new Uint32Array(buffer, x!.data.byteOffset, x!.data.byteLength / 4));
  for (const name of activationFunctions) {
    kernels.activation.forward(y!, x!, name);
    referenceKernels.activation.forward(expected!, x!, name);
    expectSameBits(y!.data, expected!.data, name);
    kernels.activation.backward(y!, y!, x!, name);
    referenceKernels.activation.backward(expected!, expected!, x!, name);
    expectSameBits(y!.data, expected!.data, `the derivative of ${name}`);
  }
}

describe("activation over the whole range", () => {
  it("has the definitions' bits at every 10,007th float32", async () => {
    const count = Math.ceil(2 ** 32 / 10_007);
    await compare("float32", count, (bits) => {
      for (let i = 0; i < count; i++) bits[i] = i * 10_007;
    });
  });

  it("has the definitions' bits at 100,000 doubles of every exponent, and 100,000 between −50 and 50", async () => {
    const random = new Random(1, "doubles");
    await compare("float64", 200_000, (bits) => {
      for (let i = 0; i < 200_000; i++) bits[i] = random.uint32();
      const values = new Float64Array(bits.buffer, bits.byteOffset, bits.length / 2);
      for (let i = 100_000; i < values.length; i++) values[i] = random.uniform() * 100 - 50;
    });
  });
});

it("errs, like the functions that it is made of, within the stated bounds at every 9,973rd float32", async () => {
  for (const [name, { ulps, at, slope, slopeAt }] of Object.entries(await worstErrors(9973))) {
    expect(ulps, `${name} at ${at}`).toBeLessThan(bounds[name]!.ulps);
    expect(slope, `the derivative of ${name} at ${slopeAt}`).toBeLessThan(SLOPE);
  }
});
