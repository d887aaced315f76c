/** Makes small data sets in MNIST's format, good or bad. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { PublishedFiles } from "../../src/data/kind.ts";

/** The files, without ".gz", in the order in which they are published. */
export const MNIST_NAMES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** The bytes of an IDX file of unsigned bytes. */
export function idx(sizes: readonly number[], content: Uint8Array, magic = 0x0800 + sizes.length): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic, 0);
  for (const [dimension, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * dimension);
  return Buffer.concat([header, content]);
}

/** A pixel of an image; neighbouring images, pixels and sets (0: training, 1: test) differ. */
export const pixelOf = (set: number, image: number, pixel: number): number =>
  (Math.imul(set * 10_007 + image * 101 + pixel + 1, 0x9e3779b1) >>> 24) & 0xff;

export const labelOf = (set: number, image: number): number => (set * 3 + image * 7) % 10;

export const images = (set: number, count: number): Buffer =>
  idx(
    [count, 28, 28],
    Uint8Array.from({ length: 784 * count }, (_, i) => pixelOf(set, Math.floor(i / 784), i % 784)),
  );

export const labels = (set: number, count: number): Buffer =>
  idx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => labelOf(set, i)),
  );

/** What the four files unpack to. */
export const contents = (train: number, test: number): Buffer[] => [
  images(0, train),
  labels(0, train),
  images(1, test),
  labels(1, test),
];

/** Writes the four files into `folder`, which is made. */
export async function writeMnist(
  folder: string,
  { train = 12, test = 5, gzip = true }: { train?: number; test?: number; gzip?: boolean } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [index, content] of contents(train, test).entries()) {
    const name = MNIST_NAMES[index]!;
    await writeFile(`${folder}/${name}${gzip ? ".gz" : ""}`, gzip ? gzipSync(content) : content);
  }
}

const described = (name: string, content: Uint8Array) => ({
  ...{ name, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") },
});

/** The description of small files as if they were the published ones, and what a server has to give. */
export function publishedMnist(mirrors: readonly string[]): {
  readonly published: PublishedFiles;
  readonly served: ReadonlyMap<string, Buffer>;
} {
  const files = contents(12, 5).map((content, index) => {
    const name = MNIST_NAMES[index]!;
    const gzipped = gzipSync(content);
    return { gzipped, file: { ...described(`${name}.gz`, gzipped), unpacked: described(name, content) } };
  });
  return {
    published: { mirrors, magic: [0x1f, 0x8b], files: files.map(({ file }) => file) },
    served: new Map(files.map(({ file, gzipped }) => [file.name, gzipped])),
  };
}
