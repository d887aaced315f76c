/** CIFAR-10 as the command line knows it: what it is, where it is published, how it is found. */
import type { Cifar10Options } from "./cifar10.ts";
import { CIFAR10_FOLDER } from "./cifar10Folder.ts";
import { loadArchiveFetching } from "./fetching.ts";
import type { DatasetKind, PublishedArchive, PublishedFile } from "./kind.ts";

/** The λ of the paper that `nnwasm reproduce` repeats. */
export const PAPER_L2 = 0.005;

const published = (name: string, sha256: string): PublishedFile => ({ name, bytes: 30_730_000, sha256 });

export const CIFAR10_ARCHIVE: PublishedArchive = {
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  unpackedLimit: 256 * 1024 * 1024,
  folder: CIFAR10_FOLDER,
  files: [
    published("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    published("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    published("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    published("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    published("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
    published("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
  ],
};

/** What reads it, which is loaded when it is needed. */
const reader = () => import("./cifar10.ts");

/**
 * @param options.archive another than the published one, for tests
 * @param options.recordsPerFile as cifar10() takes it
 */
export function cifar10Kind({
  archive = CIFAR10_ARCHIVE,
  ...options
}: Cifar10Options & { readonly archive?: PublishedArchive } = {}): DatasetKind {
  return {
    about: "50,000 colour photographs of 32 × 32 to train on, 10,000 to test on, in 10 classes",
    samples: { train: 50_000, test: 10_000 },
    find: async ({ folders }) => (await reader()).findCifar10(folders, options),
    files: {
      title: "CIFAR-10",
      open: async (folder) => (await reader()).cifar10(folder, options),
      locate: async (folders) => (await reader()).locateCifar10(folders),
      // What fetches and verifies is loaded when it is needed.
      published: {
        bytes: archive.bytes,
        url: archive.url,
        fetch: async (options) => (await loadArchiveFetching()).fetchCifar10(options, archive),
        verify: async (folder, options) =>
          (await loadArchiveFetching()).verifyCifar10(folder, options, archive.files),
      },
    },
    l2: PAPER_L2,
    fallback: "synthetic",
  };
}
