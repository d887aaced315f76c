/** What is read of Files, as numbers to be compared: in Node, and in a page. */
import * as nnwasm from "../../src/index.ts";
import { describeDropped, openDropped, settingsFor } from "../../src/runs/data/dropped.ts";
import { planTraining, train } from "../../src/runs/train.ts";
import { sha256 } from "../../src/sha256.ts";

/** Files by their paths, as base64. */
export type Contents = Readonly<Record<string, string>>;

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (text) => text.charCodeAt(0));

/** The files below a folder, with their paths from there. */
const given = (contents: Contents, folder: string) =>
  Object.entries(contents)
    .filter(([path]) => path.startsWith(`${folder}/`))
    .map(([path, content]) => ({ path, file: new Blob([bytesOf(content)]) }));

async function tableHash(data: File): Promise<unknown> {
  const said: unknown[] = [];
  const model = await nnwasm.train({
    ...{ data, target: "price", epochs: 2, preset: "table-fast", seed: 3 },
    onUnderstood: ({ understanding, table, warnings }) =>
      void said.push(understanding, table.facts, warnings),
  });
  try {
    return [await model.weightsSha256(), said];
  } finally {
    await model.close();
  }
}

async function samplesHash(samples: nnwasm.Samples | undefined): Promise<string> {
  const { count, features } = samples!;
  const values = new Uint8Array(count * features);
  const labels = new Uint8Array(count);
  await samples!.read({ values, labels });
  return `${sha256(values)} ${sha256(labels)}`;
}

/** The hash of what openDropped() opens, trained as the command line would. */
async function droppedHash(files: ReturnType<typeof given>, asked: object, more = {}): Promise<unknown> {
  const described = await describeDropped(files);
  const data = await openDropped(files, asked, more);
  const plan = await planTraining(settingsFor(data, asked), data.dataset);
  const end = await train(plan, { subscriber: () => {}, signal: new AbortController().signal });
  const sha = end.type === "result" ? end.trained.weightsSha256 : end.reason;
  return [described, data.understood, data.warnings, sha];
}

/** What each of these comes to; an error is its text. */
export async function results(contents: Contents): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const add = async (name: string, get: () => Promise<unknown>) => {
    found[name] = await get().catch((error: unknown) => String(error));
  };
  for (const [path, content] of Object.entries(contents)) {
    if (!path.startsWith("tables/")) continue;
    await add(path, () => tableHash(new File([bytesOf(content)], path.slice("tables/".length))));
  }
  for (const [path, content] of Object.entries(contents)) {
    if (path.startsWith("bad/"))
      await add(path, () => tableHash(new File([bytesOf(content)], path.slice(4))));
  }
  const cifar = given(contents, "cifar");
  await add("cifar10", async () => {
    const { training, test } = await nnwasm.cifar10(cifar, { recordsPerFile: 700 });
    const rows = Uint32Array.from({ length: 900 }, (_, i) => (i * 577) % 3500);
    return [await samplesHash(training.select(rows)), await samplesHash(test)];
  });
  await add("too few files of CIFAR-10", () => nnwasm.cifar10(cifar.slice(1)));
  await add("mnist", async () => {
    const { training, test } = await nnwasm.mnist(given(contents, "mnist"));
    return [await samplesHash(training), await samplesHash(test)];
  });
  const pets = given(contents, "pets");
  await add("images", async () => {
    const { samples, understanding } = await nnwasm.openImageFolder(pets, { size: { width: 7, height: 9 } });
    return [await samplesHash(samples), understanding];
  });
  await add("a damaged image", () =>
    nnwasm.openImageFolder([...pets, { path: "pets/cat/x.png", file: pets[0]!.file.slice(0, 40) }]),
  );
  const one = { layers: [8], epochs: 1, batch: 20, seed: 4 };
  await add("dropped images", () => droppedHash(pets, { ...one, size: "7x9" }));
  await add("dropped CIFAR-10", () =>
    droppedHash(cifar, { ...one, validation: 100 }, { recordsPerFile: 700 }),
  );
  const table = { path: "blanks.csv", file: new Blob([bytesOf(contents["tables/blanks.csv"]!)]) };
  await add("a dropped table", () => droppedHash([table], { target: ["price"], members: 1, epochs: 2 }));
  await add("a model", async () => {
    const model = await nnwasm.train({ data: table, target: "price", epochs: 1, preset: "table-fast" });
    const opened = await nnwasm.loadModel(new File([model.toBytes() as BlobPart], "m.safetensors"));
    return await opened.predict([{ rooms: 3, city: "Bern" }]);
  });
  await add("a damaged model", () => nnwasm.loadModel(new File(["no model"], "m.safetensors")));
  return found;
}
