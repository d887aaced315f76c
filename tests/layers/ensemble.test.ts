import { describe, expect, it } from "vitest";
import { referenceBackend, wasmBackend } from "../../src/backend/index.ts";
import { ConfigError } from "../../src/errors.ts";
import { Dense, Ensemble, type EnsembleOptions, type Layer, ReLU, Scale } from "../../src/layers/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { buildLayer } from "../helpers/layers.ts";

const softmax = (units: number) => new Dense(units, { activation: "softmax" });
const sigmoid = (units: number) => new Dense(units, { activation: "sigmoid" });

describe.each([referenceBackend(), wasmBackend()])("Ensemble on %o", (backend) => {
  const build = (layer: Ensemble, inputs: number) => buildLayer(layer, { inputs, rows: 2, backend });

  it("gives the weighted mean of its members, as worked by hand", async () => {
    const layer = new Ensemble([[new Dense(2)], [new Scale(), new Dense(2, { activation: "relu" })]], {
      weights: [0.25, 0.75],
    });
    const built = await build(layer, 1);
    expect(built.outputs).toBe(2);
    expect([...built.parameters.keys()]).toEqual([
      ...["0.dense1.weight", "0.dense1.bias", "1.scale1.scale", "1.dense1.weight", "1.dense1.bias"],
    ]);
    expect(layer.innerLayers.map(([name]) => name)).toEqual(["0.dense1", "1.scale1", "1.dense1", "1.relu1"]);
    expect(layer.parameters.map(({ grad }) => grad.size)).toEqual([0, 0, 0, 0, 0]);
    const set = (name: string, ...values: number[]) => built.parameters.get(name)!.value.data.set(values);
    set("0.dense1.weight", 4, -8);
    set("0.dense1.bias", 1, 0);
    set("1.scale1.scale", 2);
    set("1.dense1.weight", 1, -1);
    set("1.dense1.bias", 0, 0);
    // (4 x + 1, −8 x) and (max(2 x, 0), max(−2 x, 0))
    expect(built.forward([2, -1], "inference")).toEqual([2.25 + 3, -4, -0.75, 2 + 1.5]);
  });

  it.each([1, 0.5, 2.5])("gives what softmax and sigmoid make p^(1/T) of, T = %f", async (temperature) => {
    const scores = { log: [0.3, -1, 2], logit: [0.3, -1, 2] };
    for (const output of ["log", "logit"] as const) {
      const end = output === "log" ? softmax : sigmoid;
      const layer = new Ensemble([[end(3)], [end(3)]], { output, temperature, weights: [0.5, 0.5] });
      const built = await build(layer, 1);
      for (const { value } of built.parameters.values()) value.data.fill(0);
      built.parameters.get("0.dense1.bias")!.value.data.set(scores[output]);
      const exps = scores.log.map(Math.exp);
      const sum = exps.reduce((a, b) => a + b);
      // The other member gives 1/3 for each class, or 1/2 for each flag.
      const means =
        output === "log"
          ? exps.map((e) => 0.5 * (e / sum) + 0.5 / 3)
          : scores.logit.map((z) => 0.5 / (1 + Math.exp(-z)) + 0.25);
      const expected = means.map((p) => Math.log(output === "log" ? p : p / (1 - p)) / temperature);
      expectClose(built.forward([7], "inference"), expected, 1e-14);
    }
  });

  it("gives finite numbers, whatever its members are sure of", async () => {
    for (const output of ["log", "logit"] as const) {
      const end = output === "log" ? softmax : sigmoid;
      const built = await build(new Ensemble([[end(2)]], { output, temperature: 0.01 }), 1);
      built.parameters.get("0.dense1.bias")!.value.data.set([1e6, -1e6]);
      const [sure, never] = built.forward([0], "inference");
      expect(never).toBeCloseTo(Math.log(2 ** -1022) / 0.01, 9);
      expect(sure).toBeCloseTo(output === "log" ? 0 : Math.log(2 ** 53) / 0.01, 9);
    }
  });

  it("is not trained", async () => {
    const built = await build(new Ensemble([[new Dense(1)]]), 1);
    const refusal = new ConfigError(
      "Ensemble is not trained: its members are trained one by one, each in a Model of its own. " +
        "Train those, then take ensembleOf(models).",
    );
    expect(() => built.forward([1], "training")).toThrow(refusal);
    expect(() => built.backward([1])).toThrow(refusal);
  });

  it("refuses members with different numbers of outputs", async () => {
    await expect(build(new Ensemble([[new Dense(2)], [new Dense(3)]]), 1)).rejects.toThrow(
      new ConfigError(
        "Ensemble: member 1 gives 3 outputs, member 0 gives 2. Give it members with the same ones.",
      ),
    );
  });
});

it("weighs its members equally unless it is told", () => {
  const layer = new Ensemble([[new Dense(1)], [new Dense(1)], [new Dense(1)]]);
  expect([layer.weights, layer.output, layer.temperature]).toEqual([Array(3).fill(1 / 3), "mean", 1]);
  const others = [0.3, 0, 0.7 + 5e-10];
  expect(new Ensemble([[new Dense(1)], [new Dense(1)], [new Dense(1)]], { weights: others }).weights).toEqual(
    others,
  );
});

const two = () => [[new Dense(1)], [new Dense(1)]];
it.each<[string, unknown, unknown, string]>([
  [
    "no list",
    new Dense(1),
    undefined,
    "Ensemble: members is an object, expected at least one list of layers: [[new Dense(10)], [new Dense(10)]].",
  ],
  ["no member", [], undefined, "Ensemble: members is an array of 0, expected at least one list of layers"],
  [
    "a member that is a layer",
    [new Dense(1)],
    undefined,
    "Ensemble: member 0: layers is an object, expected an array, such as [new Dense(10)].",
  ],
  ["an empty member", [[new Dense(1)], []], undefined, "Ensemble: member 1: there are no layers."],
  ["a hole", Array(1), undefined, "Ensemble: member 0: layers is undefined, expected an array"],
  [
    "no layer",
    [[3]],
    undefined,
    "Ensemble: member 0: layer 0 is 3, expected a layer, such as new Dense(10).",
  ],
  [
    "an ensemble in it",
    [[new ReLU(), new Ensemble([[new Dense(1)]])]],
    undefined,
    "Ensemble: member 0 has an ensemble in it. Give its members in its place, each with the product of both weights.",
  ],
  [
    "logarithms of scores",
    [[softmax(2)], [new Dense(2)]],
    { output: "log" },
    'Ensemble: member 1 ends with dense, and output "log" needs probabilities: it must end with softmax.',
  ],
  [
    "logits of classes",
    [[softmax(2)]],
    { output: "logit" },
    'Ensemble: member 0 ends with softmax, and output "logit" needs probabilities: it must end with sigmoid.',
  ],
  [
    "an unknown output",
    two(),
    { output: "sum" },
    'Ensemble: output is "sum". There are: "mean", "log", "logit".',
  ],
  [
    "a temperature of 0",
    [[softmax(2)]],
    { output: "log", temperature: 0 },
    "Ensemble: temperature is 0, expected a finite number > 0, such as 1.",
  ],
  [
    "a temperature that is text",
    [[softmax(2)]],
    { output: "log", temperature: "1" },
    'Ensemble: temperature is "1", expected a finite number > 0, such as 1.',
  ],
  [
    "a temperature of numbers",
    two(),
    { temperature: 2 },
    'Ensemble: temperature is 2, and output "mean" has none. Leave it out, or take "log" or "logit".',
  ],
  [
    "weights of others",
    two(),
    { weights: [1] },
    "Ensemble: weights is an array of 1, expected an array of 2, one for each member.",
  ],
  [
    "no weights",
    two(),
    { weights: 0.5 },
    "Ensemble: weights is 0.5, expected an array of 2, one for each member.",
  ],
  ["a negative weight", two(), { weights: [2, -1] }, "Ensemble: weights[1] is -1, expected a number ≥ 0."],
  [
    "a weight that is NaN",
    two(),
    { weights: [NaN, 1] },
    "Ensemble: weights[0] is NaN, expected a number ≥ 0.",
  ],
  ["a weight that is a hole", two(), { weights: Array(2) }, "Ensemble: weights[0] is undefined, expected"],
  [
    "weights that are no shares",
    two(),
    { weights: [1, 1] },
    "Ensemble: the weights add up to 2, expected 1. Divide each by their sum.",
  ],
  [
    "another option",
    two(),
    { votes: 1 },
    'Ensemble: there is no option "votes". There are: weights, output, temp',
  ],
])("refuses %s", (_, members, options, message) => {
  const make = () => new Ensemble(members as readonly (readonly Layer[])[], options as EnsembleOptions);
  expect(make).toThrow(ConfigError);
  expect(make).toThrow(message);
});
