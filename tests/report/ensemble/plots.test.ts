import { expect, it } from "vitest";
import { type CandidateCurves, heldOutLossPlot } from "../../../src/report/ensemble/plots.ts";

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<(?:text|tspan)(?: [^>]*)?>([^<]+)<\//g)].map(([, t]) => t!);
const isWhole = (svg: string) => !/NaN|Infinity|undefined|null/.test(svg) && svg.endsWith("</svg>");
const points = (...losses: number[]) => losses.map((loss, i) => ({ epoch: i + 1, loss }));
const network: CandidateCurves = {
  ...{ name: "network", weight: 0.7, epoch: 2, mean: points(0.6, 0.4, 0.5) },
  members: [points(0.5, 0.3, 0.4), points(0.7, 0.5, 0.6)],
};
const constant: CandidateCurves = {
  ...{ name: "constant", weight: 0.3, epoch: 0, mean: [{ epoch: 0, loss: 0.69 }] },
  members: [[{ epoch: 0, loss: 0.69 }]],
};

it("has each way with what it counts, in words too, and what is not trained as a level", async () => {
  const svg = await heldOutLossPlot([network, constant], true);
  expect(texts(svg)).toEqual(
    expect.arrayContaining(["network 70%", "constant 30%", "log loss (nats)", "epoch"]),
  );
  expect(svg).toContain("network: loss 0.4 after epoch 2, 70% of the ensemble; constant: loss 0.69, 30%");
  expect(isWhole(svg)).toBe(true);
  expect(await heldOutLossPlot([network, constant], true)).toBe(svg);
});

it.each<[string, readonly CandidateCurves[]]>([
  ["one way has no share", [network]],
  ["a constant alone", [{ ...constant, weight: 1 }]],
  ["one epoch", [{ ...network, epoch: 1, mean: points(0.6), members: [points(0.5), points(0.7)] }]],
  ["a loss that leaps", [{ ...network, mean: points(0.01, 1e6, 0.5) }]],
  ["losses that are 0 or none", [{ ...network, mean: points(0, 0, Number.NaN), members: [] }]],
])("%s: is whole", async (_, curves) => {
  const svg = await heldOutLossPlot(curves, false);
  expect(isWhole(svg)).toBe(true);
  expect(texts(svg)).toContain(curves[0]!.name);
});
