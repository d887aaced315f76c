/** The data sets by name. A new one is its file and a line here. The first is what a command works on by default. */

import { cifar10Kind } from "./cifar10Kind.ts";
import { circles } from "./circles.ts";
import type { DatasetKind } from "./kind.ts";
import { mnistKind } from "./mnistKind.ts";
import { moons } from "./moons.ts";
import { spirals } from "./spirals.ts";
import { syntheticKind } from "./syntheticKind.ts";
import { toyKind } from "./toyKind.ts";

export const datasets: Readonly<Record<string, DatasetKind>> = {
  cifar10: cifar10Kind(),
  mnist: mnistKind(),
  synthetic: syntheticKind,
  spirals: toyKind("two interleaved spirals: two numbers, two classes", spirals),
  moons: toyKind("two half moons, each in the other's bend: two numbers, two classes", moons),
  circles: toyKind("a circle within another one: two numbers, two classes", circles),
};

/** What `--data` takes, in words: "cifar10, mnist, synthetic, or a folder that holds CIFAR-10 or MNIST". */
export function datasetChoices(): string {
  const titles = Object.values(datasets).flatMap(({ files }) => files?.title ?? []);
  return `${Object.keys(datasets).join(", ")}, or a folder that holds ${titles.join(" or ")}`;
}

/** The data set that is worked on if none is named, and the one in its place if it is not there. */
export function defaultDataset(): { readonly name: string; readonly fallback: string | undefined } {
  const [name, { fallback }] = Object.entries(datasets)[0]!;
  return { name, fallback };
}

/** The λ of the L2 penalty of a training on the data set of this name, if none is given. */
export const defaultL2 = (name: string): number =>
  Object.hasOwn(datasets, name) ? (datasets[name]!.l2 ?? 0) : 0;

/** The samples for validation of a training on the data set of this name, or their share, if none are told; undefined: the usual. */
export const defaultValidation = (name: string): number | undefined =>
  Object.hasOwn(datasets, name) ? datasets[name]!.validation : undefined;

/** {@link defaultL2} in words: "0.005 with cifar10 and synthetic, else 0". */
export function defaultL2InWords(): string {
  const named = Object.entries(datasets).flatMap(([name, { l2 = 0 }]) => (l2 === 0 ? [] : [{ name, l2 }]));
  const values = [...new Set(named.map(({ l2 }) => l2))];
  const parts = values.map((value) => {
    const names = named.filter(({ l2 }) => l2 === value).map(({ name }) => name);
    return `${value} with ${names.join(" and ")}`;
  });
  return [...parts, parts.length === 0 ? "0" : "else 0"].join(", ");
}
