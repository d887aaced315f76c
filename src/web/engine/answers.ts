/** What a model answers to one row, or one image; and what it can be asked. */
import type { Model } from "../../model/model.ts";
import type { TablePreprocessing } from "../../preprocessing/preprocessing.ts";
import type { TargetKind } from "../../targets.ts";
import type { Answer, ModelInfo, RowColumn } from "./api.ts";

/** A preprocessing of tables, if that is what the model has. */
export const tableOf = ({ preprocessing }: Pick<Model, "preprocessing">): TablePreprocessing | undefined =>
  preprocessing?.kind === "table" ? (preprocessing as TablePreprocessing) : undefined;

/** @param examples a value of each column, by its name */
export function rowColumns(
  { columns }: TablePreprocessing,
  examples: Readonly<Record<string, string>>,
): RowColumn[] {
  return columns.map(({ name, kind, encoder }) => {
    const { options } = encoder.describe();
    const listed = options.categories ?? options.values;
    const values = Array.isArray(listed) ? listed.map(String) : [];
    const isFlag = kind === "boolean";
    return {
      name,
      kind: isFlag ? "flag" : kind,
      values: isFlag && values.length === 0 ? ["no", "yes"] : values,
      example: examples[name] ?? "",
    };
  });
}

export interface AskedModel {
  readonly model: Model;
  readonly targets: TargetKind;
  readonly classNames: readonly string[];
  readonly shape: readonly number[];
  readonly features: number;
  readonly examples: Readonly<Record<string, string>>;
}

export async function infoOf(asked: AskedModel): Promise<ModelInfo> {
  const { model, targets, classNames, shape, features, examples } = asked;
  const table = tableOf(model);
  return {
    ...{ targets, classNames, features },
    ...(table && { columns: rowColumns(table, examples) }),
    ...(shape.length === 3 && { shape }),
    layers: model.layers.map(([name]) => name),
    weightsSha256: await model.weightsSha256(),
  };
}

/** The answer to a row of texts; an empty one is missing. */
export async function answerRow(model: Model, row: Readonly<Record<string, string>>): Promise<Answer> {
  const [answer] = (await model.predict([row])) as unknown as readonly Readonly<Record<string, unknown>>[];
  const { probabilities } = answer as { readonly probabilities?: Readonly<Record<string, number>> };
  const told = Object.entries(answer!).filter(([name]) => name !== "probabilities");
  const numbers = told.filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return {
    label: told.map(([name, value]) => (name === "class" ? String(value) : `${name}: ${value}`)).join(", "),
    ...(probabilities && { probabilities }),
    ...(numbers.length > 0 && { numbers: Object.fromEntries(numbers) }),
  };
}

/** The answer to features as they are: the pixels of an image, a point. */
export async function answerFeatures(
  { model, targets, classNames }: AskedModel,
  values: Uint8Array | Float64Array,
): Promise<Answer> {
  const outputs = Array.from(await model.predict(values));
  const names = outputs.map((_, i) => classNames[i] ?? String(i));
  const named = Object.fromEntries(outputs.map((output, i) => [names[i]!, output]));
  if (targets === "numbers") {
    return { label: outputs.map((output, i) => `${names[i]}: ${output}`).join(", "), numbers: named };
  }
  const label =
    targets === "classes"
      ? names[outputs.indexOf(Math.max(...outputs))]!
      : names.filter((_, i) => outputs[i]! >= 0.5).join(", ");
  return { label, probabilities: named };
}
