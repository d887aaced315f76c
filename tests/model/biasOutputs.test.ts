import { expect, it } from "vitest";
import { Dense } from "../../src/layers/index.ts";
import { biasOutputs } from "../../src/model/biasOutputs.ts";
import { Model } from "../../src/model/model.ts";

it.each(["float32", "float64"] as const)(
  "makes a model of %s answer the same for all rows",
  async (dtype) => {
    const model = new Model([new Dense(2, { activation: "linear" })], { seed: 3, dtype });
    await model.build(3);
    const tensors = await biasOutputs(model, [0.5, -2]);
    expect(tensors.map(({ name }) => name)).toEqual(["dense1.weight", "dense1.bias"]);
    expect(Array.from(await model.predict([1, 2, 3, -9, 8, 7]))).toEqual([0.5, -2, 0.5, -2]);
    await model.close();
  },
);
