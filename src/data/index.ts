/** The data sets by name. A new one is its file and a line here. The first is what a command works on by default. */
import { cifar10Kind } from "./cifar10Kind.ts";
import type { DatasetKind } from "./kind.ts";
import { mnistKind } from "./mnistKind.ts";
import { syntheticKind } from "./syntheticKind.ts";

export const datasets: Readonly<Record<string, DatasetKind>> = {
  cifar10: cifar10Kind(),
  mnist: mnistKind(),
  synthetic: syntheticKind,
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
