/** How exact the functions of src/math.ts are in float64 of which activations are made; tests/math.test.ts has exp and log. */
import { describe, expect, it } from "vitest";
import {
  expm1,
  expm1f,
  log1p,
  log1pf,
  normal,
  normalf,
  sigmoid,
  sigmoidf,
  softplus,
  softplusf,
  tanh,
  tanhf,
} from "../src/math.ts";
import { Random } from "../src/random.ts";
import {
  bellError,
  expm1Error,
  log1pError,
  normalError,
  sigmoidError,
  softplusError,
  tanhError,
} from "./helpers/highPrecision.ts";

const below = (x: number) => normal(x).below;
const bell = (x: number) => normal(x).bell;

// mpmath, 40 digits, rounded to doubles: float(expm1(mpf(x))), …, float(ncdf(mpf(x))), float(e**(-mpf(x)**2/2)).
const functions = {
  expm1: {
    ...{ f: expm1, error: expm1Error, ulps: 2, range: [-40, 709] },
    known: [
      [1, 1.7182818284590453],
      [-1, -0.6321205588285577],
      [0.5, 0.6487212707001282],
      [1e-9, 1.0000000005000001e-9],
      [-20, -0.9999999979388464],
      [700, 1.0142320547350045e304],
    ],
  },
  log1p: {
    ...{ f: log1p, error: log1pError, ulps: 1, range: [-1, 5] },
    known: [
      [1, Math.LN2],
      [-0.5, -Math.LN2],
      [0.3, 0.26236426446749106],
      [1e-9, 9.999999995e-10],
      [1e10, 23.025850930040455],
      [-0.999999, -13.815510557935518],
    ],
  },
  sigmoid: {
    ...{ f: sigmoid, error: sigmoidError, ulps: 3, range: [-745, 40] },
    known: [
      [1, 0.7310585786300049],
      [-1, 0.2689414213699951],
      [0.5, 0.6224593312018546],
      [-20, 2.0611536181902037e-9],
      [-700, 9.85967654375977e-305],
      [30, 0.9999999999999064],
    ],
  },
  tanh: {
    ...{ f: tanh, error: tanhError, ulps: 3, range: [-20, 20] },
    known: [
      [1, 0.7615941559557649],
      [-0.5, -0.46211715726000974],
      [0.1, 0.09966799462495582],
      [1e-9, 1e-9],
      [5, 0.9999092042625951],
      [19, 0.9999999999999999],
    ],
  },
  softplus: {
    ...{ f: softplus, error: softplusError, ulps: 2, range: [-99, 40] },
    known: [
      [1, 1.3132616875182228],
      [-1, 0.3132616875182228],
      [0.25, 0.8259394198788436],
      [-30, 9.357622968839737e-14],
      [10, 10.000045398899218],
      [50, 50],
    ],
  },
  "the normal distribution": {
    ...{ f: below, error: normalError, ulps: 4, range: [-10, 8] },
    known: [
      [1, 0.8413447460685429],
      [-1, 0.15865525393145705],
      [0.25, 0.5987063256829237],
      [-5, 2.866515718791939e-7],
      [-11.5, 6.595771446113675e-31],
      [3, 0.9986501019683699],
    ],
  },
  "e^(−x²/2)": {
    ...{ f: bell, error: bellError, ulps: 1, range: [-38.6, 38.6] },
    known: [
      [1, 0.6065306597126334],
      [-0.5, 0.8824969025845955],
      [3, 0.011108996538242306],
      [10, 1.9287498479639178e-22],
      [-25.3, 1.0144310628962908e-139],
      [38, 2.7503253126e-314],
    ],
  },
} as const;

describe.each(Object.entries(functions))("%s", (name, { f, error, ulps, range, known }) => {
  it("has an oracle that knows the nearest doubles", () => {
    for (const [x, y] of known) expect(error(y, x), `${name}(${x})`).toBeLessThanOrEqual(0.5);
  });

  it(`errs by less than ${ulps} ulp over its range, and near 0`, () => {
    const random = new Random(1, name);
    const [low, high] = range;
    let worst = 0;
    let at = 0;
    for (let i = 0; i < 6000; i++) {
      const x =
        i % 2 === 0
          ? low + random.uniform() * (high - low)
          : (random.uniform() * 2 - 1) * 2 ** -random.below(50);
      const e = error(f(x), x);
      if (!(e <= worst)) [worst, at] = [e, x];
    }
    expect(worst, `${name}(${at})`).toBeLessThan(ulps);
  });
});

it("the normal distribution keeps its relative exactness in the far tail", () => {
  // mpmath, 40 digits: float(ncdf(mpf(x)))
  for (const [x, y] of [
    [-15.25, 8.231656290531415e-53],
    [-20, 2.7536241186062337e-89],
    [-30.7, 2.8458302208738193e-207],
    [-37.5, 4.605353009581955e-308],
  ] as const) {
    expect(Math.abs(below(x) / y - 1), String(x)).toBeLessThan(4 * Number.EPSILON);
    expect(below(-x)).toBe(1);
  }
});

describe("special values", () => {
  const x = [0, -0, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1e308, -1e308];
  const single = [0, -0, Infinity, -Infinity, NaN, 2 ** -149, -(2 ** -149), 2 ** 127, -(2 ** 127)];

  it.each([
    ["expm1", expm1, expm1f, [0, -0, Infinity, -1, NaN, "x", "x", Infinity, -1]],
    ["log1p", log1p, log1pf, [0, -0, Infinity, NaN, NaN, "x", "x", "log", NaN]],
    ["sigmoid", sigmoid, sigmoidf, [0.5, 0.5, 1, 0, NaN, 0.5, 0.5, 1, 0]],
    ["tanh", tanh, tanhf, [0, -0, 1, -1, NaN, "x", "x", 1, -1]],
    ["softplus", softplus, softplusf, ["ln 2", "ln 2", Infinity, 0, NaN, "ln 2", "ln 2", "x", 0]],
    ["normal", below, (v: number) => normalf(v).below, ["half", "half", 1, 0, NaN, "half", "half", 1, 0]],
    ["bell", bell, (v: number) => normalf(v).bell, [1, 1, 0, 0, NaN, 1, 1, 0, 0]],
  ] as const)("%s has them in both precisions", (_, double, float, values) => {
    for (const [f, numbers, round] of [
      [double, x, (v: number) => v],
      [float, single, Math.fround],
    ] as const) {
      const expected = values.map((value, i) => {
        if (typeof value === "number") return value;
        return { x: numbers[i]!, log: round(Math.log(numbers[i]!)), "ln 2": round(Math.LN2), half: 0.5 }[
          value
        ];
      });
      const tolerance = round === Math.fround ? 2 ** -23 : 2 ** -52;
      numbers.map(f).forEach((value, i) => {
        const e = expected[i]!;
        const isNear = Number.isFinite(e) && e !== 0 && Math.abs(value / e - 1) <= tolerance;
        if (!isNear) expect(value, `at ${numbers[i]}`).toBe(e);
      });
    }
  });

  it("saturate where the next number cannot be told from the limit", () => {
    expect([expm1(-37.5), expm1f(-17.4), tanh(19.1), tanhf(9.1), sigmoid(37), sigmoidf(17.4)]).toEqual([
      -1, -1, 1, 1, 1, 1,
    ]);
    expect([log1p(-1), log1pf(-1), log1p(-1.5), log1pf(-2)]).toEqual([-Infinity, -Infinity, NaN, NaN]);
    expect([sigmoid(-745.13), sigmoid(-746), sigmoidf(-103.97), sigmoidf(-104)]).toEqual([
      5e-324,
      0,
      2 ** -149,
      0,
    ]);
  });
});
