// Models' files, made and opened: plain JavaScript without imports, which takes the library, so that every Node and a browser
// run the same.

/** @param nnwasm all of src/index.ts */
export function modelFiles(nnwasm) {
  const { Random, Dense, BatchNormalization, samplesFromArrays } = nnwasm;

  function samples(type) {
    const random = new Random(1, "model files");
    const labels = Uint8Array.from({ length: 120 }, () => random.below(4));
    const bytes = Uint8Array.from({ length: 120 * 20 }, (_, i) =>
      Math.min(255, 50 * labels[Math.floor(i / 20)] + random.below(60)),
    );
    const values = type === "bytes" ? bytes : Float64Array.from(bytes, (value) => 1000 + value / 7);
    return Object.assign(samplesFromArrays({ values, labels, features: 20, classes: 4 }), {
      classNames: ["one", "zwei", "três", "四"],
    });
  }

  return {
    /** The bytes of a file. */
    async make(type, dtype) {
      const layers = [
        new Dense(12, { activation: "relu", weightRegularizer: new nnwasm.L2Regularizer(0.01) }),
        new BatchNormalization(),
        new Dense(4, { activation: "softmax" }),
      ];
      const model = new nnwasm.Model(layers, { dtype, seed: 3 }).compile({
        loss: new nnwasm.CategoricalCrossEntropyLoss(),
        optimizer: new nnwasm.SGDOptimizer({ schedule: new nnwasm.LRCyclingSchedule({ stepSize: 7 }) }),
        metrics: [new nnwasm.AccuracyMetrics()],
      });
      await model.fit(samples(type), { batchSize: 25, epochs: 2 });
      return model.toBytes({ settings: { epochs: 2 } });
    },

    /** What a file says: predictions, an evaluation, and what becomes of it by another epoch. */
    async open(source, type) {
      const model = await nnwasm.loadModel(source);
      const own = samples(type);
      const said = {
        classNames: model.classNames,
        provenance: model.provenance,
        predictions: Array.from(await model.predict(own)),
        evaluation: await model.evaluate(own),
        same: Array.from(model.toBytes()),
      };
      await model.fit(own, { batchSize: 25, epochs: 3, initialEpoch: 2 });
      return { ...said, trained: await model.weightsSha256() };
    },
  };
}

/** What is saved: the kind of the samples' values, and the model's precision. */
export const FILES = [
  ["bytes", "float32"],
  ["numbers", "float32"],
  ["numbers", "float64"],
];
