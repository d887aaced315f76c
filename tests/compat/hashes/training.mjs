// How a row of tests/fixtures/hashes.json is trained. It is plain JavaScript without imports, and takes the library, so that
// every Node and a browser run the same. The samples follow from Random and from operations that are exact, so that they are
// the same everywhere; they are as few as show what a row is there for.
//
// A row's settings say what is trained on what:
//   samples    type (bytes, float32, float64), count, features; targets: classes (the default), numbers or flags, of which
//              a sample has `classes`, or `width`; weighted: whether samples have weights, some of them 0
//   layers, loss, optimizer    descriptions, as model files have them: ["dense", { "units": 20 }], or a name alone; an ensemble
//              stands alone, its members are trained one by one, and its losses are those of ensembleOf(models)
//   model, fit                 options of Model and fit(); seed and threads among them
// The first rows have `network`, the options of denseNetwork(), in place of `layers`, and `schedule`, SGD's.

const arrays = { bytes: Uint8Array, float32: Float32Array, float64: Float64Array };

/** What a row with `everywhere` is trained with besides: its bits must not depend on any of that. */
const variants = [{ threads: 2 }, { threads: 3 }, { threads: 8 }, { engine: "js" }];

/** @param library all of src/index.ts, createDescribed and libraryKinds */
export function trainer(library) {
  const { createDescribed, libraryKinds, Random, samplesFromArrays, ...nnwasm } = library;

  /** Bytes around a centre for each class: so their classes, or other targets, can be learned. */
  function makeValues(random, labels, features, classes) {
    const places = new Random(1, "centres");
    const centres = Float64Array.from({ length: classes * features }, () => 255 * places.uniform());
    return Uint8Array.from({ length: labels.length * features }, (_, i) => {
      const centre = centres[labels[Math.floor(i / features)] * features + (i % features)];
      return Math.min(255, Math.max(0, centre + 160 * (random.uniform() - 0.5)));
    });
  }

  /** Of each sample, one number or flag after another: from two of its bytes, with noise. */
  const targetsOf = {
    numbers: (random, a, b) => (a - b) / 128 + 0.25 * (random.uniform() - 0.5),
    flags: (random, a, b) => a > b !== random.uniform() < 0.1,
  };

  /** Bytes, or floats from `offset` on in steps of `scale`. */
  function makeSamples({ type, count, features, classes, seed = 1, offset = 0, scale = 1, ...others }) {
    const { targets = "classes", width = 1, weighted = false } = others;
    const random = new Random(seed, "samples");
    const groups = classes ?? 4;
    const labels = Uint16Array.from({ length: count }, () => random.below(groups));
    const values = makeValues(random, labels, features, groups);
    // Of bytes neither is given.
    const stored = arrays[type].from(values, (value) => offset + scale * value);
    const weights = weighted && Float64Array.from({ length: count }, () => random.below(5) / 2);
    const common = { values: stored, features, ...(weighted && { weights }) };
    if (targets === "classes") return samplesFromArrays({ ...common, labels, classes });
    const all = Float64Array.from({ length: count * width }, (_, i) => {
      const [row, j] = [Math.floor(i / width) * features, 2 * (i % width)];
      return targetsOf[targets](random, values[row + (j % features)], values[row + ((j + 1) % features)]);
    });
    return samplesFromArrays({ ...common, [targets]: all, outputs: width });
  }

  const initializers = {
    xavier: () => new nnwasm.XavierInitializer(),
    he: () => new nnwasm.HeInitializer(),
    normal: () => new nnwasm.NormalInitializer(0.05),
    zeros: () => new nnwasm.ZerosInitializer(),
  };

  function networkOf(
    { weightInitializer: weights = "xavier", biasInitializer: biases = weights, ...rest },
    classes,
  ) {
    return nnwasm.denseNetwork({
      hidden: [20, 13],
      ...rest,
      classes,
      weightInitializer: initializers[weights](),
      biasInitializer: initializers[biases](),
    });
  }

  /** "relu" or ["dense", { units: 20 }] as descriptions have it, the parts in the options too. */
  function make(folder, given) {
    const [name, options = {}] = Array.isArray(given) ? given : [given];
    const { parts = {} } = libraryKinds[folder][name] ?? {};
    const whole = Object.entries(options).map(([key, value]) => [
      key,
      Object.hasOwn(parts, key) ? makePart(parts[key], value) : value,
    ]);
    return { name, options: Object.fromEntries(whole) };
  }
  const makePart = (part, given) =>
    Array.isArray(part) ? given.map((each) => makePart(part[0], each)) : make(part, given);
  const create = (folder, given) => createDescribed(libraryKinds, folder, make(folder, given), "The row");

  /** The hash of the weights, and the losses of the last epoch and of other samples. */
  async function train({
    samples,
    network = {},
    layers,
    loss,
    optimizer,
    model: options = {},
    schedule,
    fit = {},
  }) {
    const fitted = async (all) => {
      const model = new nnwasm.Model(all, options).compile({
        loss: create("losses", loss ?? "categoricalCrossEntropy"),
        optimizer: optimizer
          ? create("optimizers", optimizer)
          : new nnwasm.SGDOptimizer({ schedule: schedule ?? new nnwasm.LRCyclingSchedule({ stepSize: 5 }) }),
      });
      const { rows } = await model.fit(makeSamples(samples), { epochs: 3, batchSize: 32, ...fit });
      return { model, trainLoss: rows.at(-1).train.loss };
    };
    const ensembleFitted = async ({ members, weights, temperature }) => {
      const models = [];
      for (const member of members)
        models.push((await fitted(member.map((each) => create("layers", each)))).model);
      const { engine, threads } = options;
      const model = await nnwasm.ensembleOf(models, { weights, temperature, engine, threads });
      for (const each of models) await each.close();
      return { model, trainLoss: (await model.evaluate(makeSamples(samples))).loss };
    };
    const [[name, given] = []] = layers ?? [];
    const { model, trainLoss } =
      name === "ensemble"
        ? await ensembleFitted(given)
        : await fitted(layers?.map((each) => create("layers", each)) ?? networkOf(network, samples.classes));
    const { loss: other } = await model.evaluate(makeSamples({ ...samples, count: 70, seed: 2 }));
    const weightsSha256 = await model.weightsSha256();
    await model.close();
    return { weightsSha256, trainLoss, loss: other };
  }

  /**
   * A row's result, and that of every variant which differs from it, by name: there is none unless something is wrong.
   * @param most threads that a variant has at most: pages without what threads need have one
   */
  async function results({ name, settings, everywhere = false }, most = 8) {
    const result = await train(settings);
    const all = [{ name, ...result }];
    for (const variant of everywhere ? variants : []) {
      if ((variant.threads ?? 1) > most) continue;
      const own = await train({ ...settings, model: { ...settings.model, ...variant } });
      if (JSON.stringify(own) === JSON.stringify(result)) continue;
      const [[key, value]] = Object.entries(variant);
      all.push({ name: `${name}, ${key} ${value}`, ...own });
    }
    return all;
  }

  return { train, results };
}
