/** Samples one after another, as one: those of a file that is read some rows at a time. */
import { DatasetError } from "../errors.ts";
import type { Targets } from "../targets.ts";
import type { ElementType, ReadOptions, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";

/**
 * Joins samples that are alike in all but their number.
 * @throws DatasetError if there are none
 */
export function joinSamples(parts: readonly Samples[]): Samples {
  const [first] = parts;
  if (first === undefined) throw new DatasetError("joinSamples: there are no samples to join.");
  return parts.length === 1 ? first : new JoinedSamples(parts);
}

class JoinedSamples implements Samples {
  readonly features: number;
  readonly classes: number;
  readonly elementType: ElementType;
  readonly targets: Targets | undefined;
  readonly weighted: boolean | undefined;
  readonly classNames: readonly string[] | undefined;
  readonly count: number;
  readonly #parts: readonly Samples[];
  /** The number of each part's first sample, and of the one after the last. */
  readonly #starts: readonly number[];
  readonly #rows: Uint32Array | undefined;

  constructor(parts: readonly Samples[], rows?: Uint32Array) {
    const { features, classes, elementType, targets, weighted, classNames } = parts[0]!;
    this.features = features;
    this.classes = classes;
    this.elementType = elementType;
    this.targets = targets;
    this.weighted = weighted;
    this.classNames = classNames;
    const starts = [0];
    for (const part of parts) starts.push(starts.at(-1)! + part.count);
    this.#parts = parts;
    this.#starts = starts;
    this.#rows = rows;
    this.count = rows?.length ?? starts.at(-1)!;
  }

  async read(target: SampleTarget, { signal, onProgress }: ReadOptions = {}): Promise<void> {
    const { features, count } = this;
    const width = this.targets?.width ?? 1;
    const { values, labels, weights } = target;
    for (let start = 0; start < count; ) {
      signal?.throwIfAborted();
      const { samples, end } = this.#run(start);
      await samples.read(
        {
          values: values.subarray(start * features, end * features),
          labels: labels.subarray(start * width, end * width),
          weights: weights?.subarray(start, end),
        },
        signal === undefined ? {} : { signal },
      );
      start = end;
      onProgress?.(start, count);
    }
  }

  select(rows: Uint32Array): Samples {
    return new JoinedSamples(this.#parts, selectRows(rows, this.#rows, this.count));
  }

  /** The samples from `start` on that are of one part, and the number after the last of them. */
  #run(start: number): { readonly samples: Samples; readonly end: number } {
    const starts = this.#starts;
    const rowAt = (i: number) => this.#rows?.[i] ?? i;
    let part = 0;
    while (starts[part + 1]! <= rowAt(start)) part++;
    const from = starts[part]!;
    let end = start + 1;
    while (end < this.count && rowAt(end) >= from && rowAt(end) < starts[part + 1]!) end++;
    const own = Uint32Array.from({ length: end - start }, (_, i) => rowAt(start + i) - from);
    return { samples: this.#parts[part]!.select(own), end };
  }
}
