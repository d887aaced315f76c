/** The data sets by name. A new one is its file and a line here. The first is what a command works on by default. */
import { cifar10Kind } from "./cifar10Kind.ts";
import type { DatasetKind } from "./kind.ts";
import { syntheticKind } from "./syntheticKind.ts";

export const datasets: Readonly<Record<string, DatasetKind>> = {
  cifar10: cifar10Kind(),
  synthetic: syntheticKind,
};

/** What `--data` takes, in words: "cifar10, synthetic, or a folder that holds CIFAR-10". */
export function datasetChoices(): string {
  const titles = Object.values(datasets).flatMap(({ files }) => files?.title ?? []);
  return `${Object.keys(datasets).join(", ")}, or a folder that holds ${titles.join(" or ")}`;
}

/** The data set that is worked on if none is named, and the one in its place if it is not there. */
export function defaultDataset(): { readonly name: string; readonly fallback: string | undefined } {
  const [name, { fallback }] = Object.entries(datasets)[0]!;
  return { name, fallback };
}
