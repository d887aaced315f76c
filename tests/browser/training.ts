/** One small training, which Node and the browser both run: what it gives must be the same. */
import {
  AccuracyMetrics,
  CategoricalCrossEntropyLoss,
  denseNetwork,
  Model,
  Random,
  SGDOptimizer,
  samplesFromArrays,
} from "../../src/index.ts";

const features = 300;
const classes = 10;
const count = 256;

export interface Trained {
  readonly weights: string;
  readonly losses: readonly number[];
  /** What fit() said of its threads. */
  readonly reports: readonly { readonly threads: number; readonly notice?: string }[];
}

export async function train(threads: number | "auto"): Promise<Trained> {
  const random = new Random(1, "browser");
  const samples = samplesFromArrays({
    values: Uint8Array.from({ length: count * features }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, () => random.below(classes)),
    features,
    classes,
  });
  const layers = denseNetwork({ hidden: [60, 40], classes, batchNormalization: "after" });
  const model = new Model(layers, { threads }).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: new SGDOptimizer({ schedule: 0.1 }),
    metrics: [new AccuracyMetrics()],
  });
  const reports: { threads: number; notice?: string }[] = [];
  const { rows } = await model.fit(samples, {
    epochs: 40,
    batchSize: 64,
    onThreads: (report) => reports.push(report),
  });
  const weights = await model.weightsSha256();
  await model.close();
  return { weights, losses: rows.map(({ train }) => train.loss), reports };
}
