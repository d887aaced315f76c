/** The weights of classes in a training: the option `classWeight` of fit(), its checks, and the table that it makes. */
import type { Samples } from "../data/dataset.ts";
import { ConfigError, DatasetError } from "../errors.ts";
import { type Loss, titleOf } from "../losses/index.ts";
import { isNumber, shown } from "../options.ts";
import { targetsOf } from "../targets.ts";
import type { Placement } from "./placements.ts";
import type { Workspace } from "./workspace.ts";

/**
 * How a training weighs classes: "balanced"; or a weight for each class by its name, or by its number if the samples have no
 * names of classes (see `FitOptions.classWeight`).
 */
export type ClassWeight = "balanced" | Readonly<Record<string, number>>;

/** What samples say of their classes. */
type Labelled = Pick<Samples, "classes" | "classNames" | "targets">;

const WHERE = "Model.fit: classWeight";

/** The most names that an error lists. */
const MOST_LISTED = 20;

/** @throws ConfigError unless it is "balanced", or a table of weights, each finite and ≥ 0 */
export function checkClassWeight(value: unknown): asserts value is ClassWeight | undefined {
  if (value === undefined || value === "balanced") return;
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new ConfigError(
      `${WHERE} is ${shown(value)}, expected "balanced", or weights by class, such as { cat: 2, dog: 0.5 }.`,
    );
  }
  for (const [name, weight] of Object.entries(value)) {
    if (isNumber(weight) && Number.isFinite(weight) && weight >= 0) continue;
    throw new ConfigError(
      `${WHERE} of ${shown(name)} is ${shown(weight)}, expected a finite number ≥ 0, such as 2.`,
    );
  }
}

/** The same weights as JSON has them, in whatever order they were given. */
export const classWeightInOrder = (weight: ClassWeight): ClassWeight =>
  weight === "balanced"
    ? weight
    : Object.fromEntries(Object.entries(weight).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Checks that the samples have the classes, and that the loss takes weights.
 * @throws ConfigError if they have no classes, or not these; if the loss takes no weights
 */
export function requireClasses(
  weight: ClassWeight | undefined,
  samples: Labelled,
  loss: Loss,
  where: string = WHERE,
): void {
  if (weight === undefined) return;
  const { kind } = targetsOf(samples);
  if (kind !== "classes") {
    throw new ConfigError(`${where}: the samples have ${kind}, not classes. Leave it out.`);
  }
  if (loss.targets === undefined) {
    throw new ConfigError(
      `${where}: ${titleOf(loss)} does not say that it takes weights. Give it \`targets\`, such as ["classes"], and let it ` +
        "weigh the samples.",
    );
  }
  if (weight !== "balanced") for (const name of Object.keys(weight)) numberOf(name, samples, where);
}

/** The number of a class. @throws ConfigError if there is no such class */
function numberOf(name: string, { classes, classNames }: Labelled, where: string = WHERE): number {
  if (classNames !== undefined) {
    const number = classNames.indexOf(name);
    if (number >= 0) return number;
    const listed = classNames.slice(0, MOST_LISTED).map(shown).join(", ");
    const more = classNames.length > MOST_LISTED ? ` and ${classNames.length - MOST_LISTED} more` : "";
    throw new ConfigError(`${where}: there is no class ${shown(name)}. There are: ${listed}${more}.`);
  }
  const number = Number(name);
  if (Number.isInteger(number) && number >= 0 && number < classes && String(number) === name) return number;
  throw new ConfigError(
    `${where}: there is no class ${shown(name)}. There are the numbers from 0 to ${classes - 1}, as the samples have no names of classes.`,
  );
}

/**
 * Fills the workspace's table. A class that is not in the given one weighs 1.
 * @param place the training samples
 * @throws DatasetError if no sample has a class that weighs more than 0: the loss would be 0 whatever the weights are
 */
export function fillClassWeights(
  weight: ClassWeight,
  workspace: Workspace,
  samples: Samples,
  place: Placement,
): void {
  const table = workspace.targets.classWeights.data;
  const counts = countClasses(place, table.length);
  table.fill(1);
  if (weight === "balanced") {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const present = counts.filter((count) => count > 0).length;
    counts.forEach((count, i) => {
      if (count > 0) table[i] = total / (present * count);
    });
    return;
  }
  for (const [name, value] of Object.entries(weight)) table[numberOf(name, samples)] = value;
  if (counts.some((count, i) => count > 0 && table[i]! > 0)) return;
  throw new DatasetError(
    `${WHERE}: every class that the training samples have weighs 0. Give at least one of them more.`,
  );
}

/** How many of the samples each class has. */
function countClasses({ labels, selection }: Placement, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  const { data } = labels!;
  if (selection === undefined) for (const label of data) counts[label]!++;
  else for (const row of selection) counts[data[row]!]!++;
  return counts;
}
