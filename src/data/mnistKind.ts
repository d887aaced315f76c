/** MNIST as the command line knows it: what it is, where it is published, how it is found. */
import { loadChecks, loadFilesFetching } from "./fetching.ts";
import type { DatasetKind, PublishedFiles } from "./kind.ts";

export const MNIST_FILES: PublishedFiles = {
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
  ],
  magic: [0x1f, 0x8b],
  files: [
    {
      name: "train-images-idx3-ubyte.gz",
      bytes: 9_912_422,
      sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      unpacked: {
        name: "train-images-idx3-ubyte",
        bytes: 47_040_016,
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      },
    },
    {
      name: "train-labels-idx1-ubyte.gz",
      bytes: 28_881,
      sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      unpacked: {
        name: "train-labels-idx1-ubyte",
        bytes: 60_008,
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      },
    },
    {
      name: "t10k-images-idx3-ubyte.gz",
      bytes: 1_648_877,
      sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      unpacked: {
        name: "t10k-images-idx3-ubyte",
        bytes: 7_840_016,
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      },
    },
    {
      name: "t10k-labels-idx1-ubyte.gz",
      bytes: 4_542,
      sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      unpacked: {
        name: "t10k-labels-idx1-ubyte",
        bytes: 10_008,
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
      },
    },
  ],
};

/** What reads it, which is loaded when it is needed. */
const reader = () => import("./mnist.ts");

/** @param options.published others than the published files, for tests */
export function mnistKind({
  published = MNIST_FILES,
}: {
  readonly published?: PublishedFiles;
} = {}): DatasetKind {
  const { files, mirrors } = published;
  return {
    about:
      "60,000 grey images of handwritten digits of 28 × 28 to train on, 10,000 to test on, in 10 classes",
    samples: { train: 60_000, test: 10_000 },
    find: async ({ folders }) => (await reader()).findMnist(folders),
    files: {
      title: "MNIST",
      open: async (folder) => (await reader()).mnist(folder),
      locate: async (folders) => (await reader()).locateMnist(folders),
      // What fetches and verifies is loaded when it is needed.
      published: {
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        url: mirrors[0]!,
        fetch: async (options) => (await loadFilesFetching()).fetchFiles(options, published),
        verify: async (folder, { signal }) =>
          (await loadChecks()).checkFiles(
            (await (await reader()).locateMnist([folder])) ?? folder,
            files,
            signal,
          ),
      },
    },
  };
}
