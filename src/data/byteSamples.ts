/** Samples of bytes out of files that are read once, when the first of them are asked for, and kept then. */
import { ShapeError } from "../errors.ts";
import type { ReadOptions, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";

/** What the files hold. */
export interface ByteContent {
  /** (count, features), row-major. */
  readonly pixels: Uint8Array;
  /** (count), the class of each. Undefined: each is 0. */
  readonly labels: ArrayLike<number> | undefined;
}

/** Files of samples, which all selections from it share. */
export interface ByteSamplesSource {
  readonly count: number;
  readonly features: number;
  readonly classes: number;
  readonly classNames?: readonly string[] | undefined;
  /** The classes, if they are in memory already. */
  readonly labels?: ArrayLike<number> | undefined;
  /** Reads what the files hold. */
  load(): Promise<ByteContent>;
}

/** Samples from files. */
export function byteSamples(source: ByteSamplesSource): Samples {
  let content: Promise<ByteContent> | undefined;
  const load = () => {
    content ??= source.load().catch((error) => {
      // Another read may find the files mended.
      content = undefined;
      throw error;
    });
    return content;
  };
  return new ByteSamples({ ...source, load });
}

class ByteSamples implements Samples {
  readonly features: number;
  readonly classes: number;
  readonly classNames: readonly string[] | undefined;
  readonly elementType = "uint8";
  readonly count: number;
  readonly labels?: () => ArrayLike<number>;
  readonly #source: ByteSamplesSource;
  readonly #rows: Uint32Array | undefined;

  constructor(source: ByteSamplesSource, rows?: Uint32Array) {
    this.#source = source;
    this.#rows = rows;
    this.features = source.features;
    this.classes = source.classes;
    this.classNames = source.classNames;
    this.count = rows?.length ?? source.count;
    const { labels } = source;
    if (labels !== undefined) {
      this.labels = () => (rows === undefined ? labels : Float64Array.from(rows, (row) => labels[row]!));
    }
  }

  select(rows: Uint32Array): Samples {
    return new ByteSamples(this.#source, selectRows(rows, this.#rows, this.count));
  }

  async read(target: SampleTarget, { onProgress, signal }: ReadOptions = {}): Promise<void> {
    const { count, features } = this;
    const { values, labels } = target;
    if (!(values instanceof Uint8Array) || values.length !== count * features || labels.length !== count) {
      throw new ShapeError(
        `read: the target has room for ${values.length} values and ${labels.length} labels, expected a Uint8Array of ` +
          `${count * features} (${count} samples of ${features}) and ${count}.`,
      );
    }
    signal?.throwIfAborted();
    const content = await this.#source.load();
    signal?.throwIfAborted();
    for (let i = 0; i < count; i++) {
      const row = this.#rows?.[i] ?? i;
      values.set(content.pixels.subarray(row * features, (row + 1) * features), i * features);
      labels[i] = content.labels?.[row] ?? 0;
    }
    onProgress?.(count, count);
  }
}
