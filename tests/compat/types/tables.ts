/** What is known of a model of a table: its answers and its metrics, by target and task. */
import { type ClassAnswer, loadModel, type Model, type TableRow, train } from "nnwasm";

interface House {
  readonly rooms: number | undefined;
  readonly city: string;
  readonly price: number;
}

declare const houses: readonly House[];
declare const loose: readonly Record<string, string>[];
declare const rows: readonly TableRow[];

export async function numbers(): Promise<number> {
  const model = await train({
    data: houses,
    target: "price",
    task: "numbers",
    // @ts-expect-error There is no accuracy of numbers.
    onEpoch: ({ train }) => void train.accuracy,
  });
  const [answer] = await model.predict([{ rooms: 3, city: "Bern" }]);
  const { rmse, mae, r2, loss } = await model.evaluate(houses);
  // @ts-expect-error It is misspelt.
  const wrong = answer?.prize;
  const [ranged] = await model.predict(houses, { interval: 0.9 });
  const width: number = ranged!.upper.price - ranged!.lower.price - ranged!.price;
  // @ts-expect-error There is no range that is not asked for.
  const lower = answer?.lower;
  // @ts-expect-error It is misspelt.
  await model.predict(houses, { intervals: 0.9 });
  return (answer?.price ?? 0) + rmse + mae + r2 + loss + width + (wrong ?? lower ?? 0);
}

export async function classes(): Promise<string> {
  const model = await train({ data: "houses.csv", target: "city", task: "classes" });
  const answers: ClassAnswer[] = await model.predict(loose);
  const { accuracy } = await model.evaluate(rows);
  const probability: number | undefined = answers[0]?.probabilities.Bern;
  return `${answers[0]?.class} ${probability} ${accuracy.toFixed(3)}`;
}

export async function flags(): Promise<boolean> {
  const model = await train({ data: { wet: [1, 0], a: [2, 3] }, target: ["wet", "cold"], task: "flags" });
  const [answer] = await model.predict(rows);
  // @ts-expect-error There is no such flag.
  const other = answer?.warm;
  return (answer?.wet ?? false) && answer!.cold && answer!.probabilities.wet > 0.5 && other;
}

export async function foundOut(): Promise<string | number> {
  const model = await train({ data: houses, target: "price" });
  const [answer] = await model.predict(houses);
  // @ts-expect-error What is predicted is found out: it may be a class.
  const price = answer!.price;
  return "class" in answer! ? (answer as ClassAnswer).class : price;
}

export async function opened(): Promise<unknown> {
  const model: Model<{ rmse: number }, { price: number }> = await loadModel("model.safetensors");
  const outputs: Float32Array | Float64Array = await model.predict([
    [1, 2],
    [3, 4],
  ]);
  const all: Float32Array | Float64Array = await model.predict(new Float32Array(4));
  // @ts-expect-error A cell is no object.
  await model.predict([{ rooms: {} }]);
  const [answer] = await model.predict(houses);
  return [outputs, all, answer!.price, (await (await loadModel("b")).predict(rows))[0]!.price];
}
