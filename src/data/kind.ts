/**
 * What the command line knows of a data set. It names types of Node's and of browsers: the files whose types are public
 * import nothing from here.
 */
import type { Dataset } from "./dataset.ts";
import type { DownloadOptions } from "./download.ts";

/** Where to look, and what to make data from. */
export interface DatasetRequest {
  /** Folders that may hold data sets, the first to be looked into first. */
  readonly folders: readonly string[];
  readonly seed: number;
}

export interface DatasetKind {
  /** What it is, as `data list` says it. */
  readonly about: string;
  /** Samples of the whole data set. */
  readonly samples: { readonly train: number; readonly test: number };
  /** Gives undefined if it is not there. @throws DatasetError if it is there but damaged */
  find(request: DatasetRequest): Promise<Dataset | undefined>;
  /** Of one that lies in files. */
  readonly files?: DatasetFiles;
  /** Of one that is made: when, and from what. */
  readonly made?: string;
  /** The strength λ of the L2 penalty of a training on it, if none is given. Default: 0. */
  readonly l2?: number;
  /** The samples for validation, or their share if it is below 1, if none are told. Default: 5,000. */
  readonly validation?: number;
  /** What a command works on that was not told to use this one, where this one is not there. */
  readonly fallback?: string;
}

/** A data set that lies in files. */
export interface DatasetFiles {
  /** Its name in sentences: "CIFAR-10". */
  readonly title: string;
  /**
   * @param folder as the user gave it, which need not be the one that `locate` finds in it
   * @throws DatasetError unless the folder holds it
   */
  open(folder: string): Promise<Dataset>;
  /** The first of the folders that holds some of it. */
  locate(folders: readonly string[]): Promise<string | undefined>;
  /** How to get it. Absent: the user must. */
  readonly published?: PublishedDataset;
}

/** A data set that can be fetched, and its files compared with what is published. */
export interface PublishedDataset {
  /** What a fetch downloads. */
  readonly bytes: number;
  /** Its usual address: of an archive, or of the folder with the files. */
  readonly url: string;
  fetch(options: FetchOptions): Promise<FetchResult>;
  verify(folder: string, options: { readonly signal?: AbortSignal }): Promise<FileCheck[]>;
}

/** A file of a published data set. */
export interface PublishedFile {
  readonly name: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  /** What a compressed file holds, which serves as well. */
  readonly unpacked?: Omit<PublishedFile, "unpacked">;
}

/** Files that are published one by one. */
export interface PublishedFiles {
  /** The addresses of folders that have them, the first to be tried first. */
  readonly mirrors: readonly string[];
  /** The first bytes of each. */
  readonly magic: readonly number[];
  readonly files: readonly PublishedFile[];
}

/** A gzipped tar archive with a data set in it. */
export interface PublishedArchive {
  readonly url: string;
  /** The size of the archive. */
  readonly bytes: number;
  /** More than this is not unpacked. */
  readonly unpackedLimit: number;
  /** The folder in the archive; the files are written to a folder of the same name. */
  readonly folder: string;
  readonly files: readonly PublishedFile[];
}

/** What a file of a data set was found to be; `ok` is whether it has the published content. */
export interface FileCheck {
  readonly name: string;
  readonly ok: boolean;
  /** "sha256 matches", or what is wrong. */
  readonly finding: string;
}

export interface FetchOptions
  extends Pick<
    DownloadOptions,
    "onProgress" | "onRetry" | "signal" | "fetch" | "attempts" | "stallMs" | "pauseMs"
  > {
  /** Where to put the data set: the `cifar10` of the cache. An archive's files go into a folder of its name there. */
  readonly folder: string;
  /** Another address of the same archive, or of a folder with the same files. */
  readonly url?: string | undefined;
  /** Called when all has arrived and is about to be unpacked and checked. */
  readonly onUnpack?: () => void;
}

export interface FetchResult {
  /** The folder that holds the files. */
  readonly folder: string;
  /** False if they were there already, with the published content. */
  readonly fetched: boolean;
}
