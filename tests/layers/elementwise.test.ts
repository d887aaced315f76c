import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { GELU, Mish, SELU, Sigmoid, SiLU, Tanh } from "../../src/layers/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { buildLayer } from "../helpers/layers.ts";

const ln2 = Math.LN2;
const ln3 = Math.log(3);

// At x where e^x is a small number, y and dy/dx are fractions.
const cases = [
  // sigmoid(ln 3) = 3/4, sigmoid(−ln 3) = 1/4
  { layer: Sigmoid, kind: "sigmoid", y: [3 / 4, 1 / 4], slope: [3 / 16, 3 / 16] },
  // tanh(ln 3) = (9 − 1) / (9 + 1)
  { layer: Tanh, kind: "tanh", y: [4 / 5, -4 / 5], slope: [9 / 25, 9 / 25] },
  {
    layer: SiLU,
    kind: "silu",
    y: [(ln3 * 3) / 4, -ln3 / 4],
    slope: [3 / 4 + (ln3 * 3) / 16, 1 / 4 - (ln3 * 3) / 16],
  },
  // e = 3: w = 15, w / (w + 2) = 15/17; e = 1/3: w = 7/9, 7/25
  {
    layer: Mish,
    kind: "mish",
    y: [(ln3 * 15) / 17, (-ln3 * 7) / 25],
    slope: [15 / 17 + (ln3 * 48) / 289, 7 / 25 - (ln3 * 16) / 9 / (25 / 9) ** 2],
  },
  {
    layer: SELU,
    kind: "selu",
    y: [1.0507009873554805 * ln3, 1.7580993408473766 * (-2 / 3)],
    slope: [1.0507009873554805, 1.7580993408473766 / 3],
  },
] as const;

describe.each(cases)("$kind", ({ layer: Class, kind, y, slope }) => {
  it.each([undefined, wasmBackend()])("computes y and dx, as worked by hand", async (backend) => {
    const layer = new Class();
    const built = await buildLayer(layer, { inputs: 2, rows: 2, ...(backend && { backend }) });
    expect([built.outputs, layer.kind, built.parameters.size, built.states.size]).toEqual([2, kind, 0, 0]);
    expectClose(built.forward([ln3, -ln3, 0, 0]).slice(0, 2), y, 1e-15);
    expectClose(built.backward([2, 10, 0, 0])!, [2 * slope[0], 10 * slope[1], 0, 0], 1e-15);
    expectClose(built.forward([ln3, -ln3], "inference"), y, 1e-15);
    expect(layer.output.shape).toBe("(1, 2)");
  });
});

it("GELU multiplies x by the normal distribution, exactly, not by its approximation", async () => {
  const built = await buildLayer(new GELU(), { inputs: 2, rows: 1 });
  // Φ(1) = 0.8413447460685429…, φ(1) = 0.24197072451914337
  expectClose(built.forward([1, -1]), [0.8413447460685429, -0.15865525393145707], 1e-15);
  expectClose(
    built.backward([1, 1])!,
    [0.8413447460685429 + 0.24197072451914337, 0.15865525393145707 - 0.24197072451914337],
    1e-15,
  );
});

it("SELU has its kinks where its output changes sign, the others have none", async () => {
  const selu = new SELU();
  const built = await buildLayer(selu, { inputs: 3, rows: 1 });
  built.forward([-ln2, 0, ln2]);
  expect([...selu.kinks.data].map(Math.sign)).toEqual([-1, 0, 1]);
  for (const layer of [new GELU(), new Mish(), new Sigmoid(), new SiLU(), new Tanh()]) {
    expect("kinks" in layer).toBe(false);
  }
});
