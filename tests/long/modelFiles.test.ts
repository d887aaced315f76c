/** Many changed files of models, and many changed models: each is opened, or refused by one of our errors. */
import { describe, expect, it } from "vitest";
import type { Description, Folder, Kinds, Part } from "../../src/described.ts";
import { libraryKinds } from "../../src/model/kinds.ts";
import type { Model } from "../../src/model/model.ts";
import { Random } from "../../src/random.ts";
import {
  contentOf,
  encoded,
  mutatedFile,
  outcomeOf,
  someModel,
  watchedBackend,
} from "../helpers/modelFiles.ts";

const FILES = 20_000;
const kinds: Kinds = libraryKinds;

/** A file that names things of all kinds, drawn at random, with the options that create({}) has. */
function anyFile(model: Model, random: Random): Uint8Array {
  const content = contentOf(model.toBytes());
  const pick = (folder: Folder): Description => {
    const names = Object.keys(kinds[folder]);
    const name = names[random.below(names.length)]!;
    const { parts = {} } = kinds[folder][name]!;
    const options = Object.entries(parts).map(([key, part]) => [key, pickPart(part)] as const);
    const more: Record<string, unknown> = name === "dense" ? { units: 1 + random.below(8) } : {};
    if (name === "cyclic") more.stepSize = 1 + random.below(9);
    return { name, options: { ...more, ...Object.fromEntries(random.below(2) === 0 ? options : []) } };
  };
  const pickPart = (part: Part): unknown =>
    typeof part === "string" ? pick(part) : Array.from({ length: random.below(3) }, () => pickPart(part[0]));
  content.metadata.architecture = JSON.stringify(
    Array.from({ length: 1 + random.below(6) }, () => pick("layers")),
  );
  content.metadata.training = JSON.stringify({
    loss: pick("losses"),
    optimizer: pick("optimizers"),
    metrics: [pick("metrics")],
  });
  return encoded(content);
}

describe(`${FILES} files`, () => {
  it("that are changed by chance, once and again", async () => {
    const bytes = (await someModel()).toBytes({ settings: { epochs: 1 }, data: { sha256: "ab" } });
    const { backend } = watchedBackend(64_000_000);
    const random = new Random(2, "files");
    const outcomes = new Map<string, number>();
    for (let i = 0; i < FILES; i++) {
      let file = mutatedFile(bytes, random);
      try {
        for (let more = random.below(3); more > 0; more--) file = mutatedFile(file, random);
      } catch {
        // The file is damaged so much that it cannot be changed any more.
      }
      const outcome = await outcomeOf(file, backend);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.get("a model")).toBeGreaterThan(FILES / 50);
    expect(outcomes.get("FileError")).toBeGreaterThan(FILES / 2);
  });

  it("whose layers, loss, optimizer and metrics are drawn among all that there are", async () => {
    const model = await someModel();
    const { backend } = watchedBackend(64_000_000);
    const random = new Random(3, "files");
    for (let i = 0; i < FILES; i++) await outcomeOf(anyFile(model, random), backend);
  });
});
