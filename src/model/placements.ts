/** The places of samples in a model's memory: of those that stay there, and of a batch of any others. */
import type { ElementType, Samples } from "../data/dataset.ts";
import { storedAs, type ValueKind } from "../data/values.ts";
import { DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import type { WasmMemory } from "../platform.ts";
import {
  type Labelling,
  labellingOf,
  planTargets,
  planWeights,
  type TargetTensor,
  type WeightTensor,
} from "../targets.ts";
import type { Precision, Region, Tensor } from "../tensor.ts";
import type { BatchTargets } from "./batchTargets.ts";

/** Samples in linear memory. */
export interface Placement {
  readonly values: Tensor<"uint8"> | Tensor<"float32"> | Tensor<"float64">;
  /** How the samples are labelled; undefined in a place for predictions. */
  readonly labelling: Labelling | undefined;
  /** (count, width); undefined in a place for predictions. */
  readonly labels: TargetTensor | undefined;
  /** (count, 1), if the samples are weighted. */
  readonly weights: WeightTensor | undefined;
  /** The rows that are the samples, in this order; undefined if all rows are. */
  readonly selection: Uint32Array | undefined;
  /** Whether the samples have been read into it. */
  filled: boolean;
}

/** How many samples there are in a place. */
export const countIn = ({ selection, values }: Placement): number => selection?.length ?? values.rows;

export interface PlacementOptions {
  readonly precision: Precision;
  readonly features: number;
  /** The kinds of samples that there is room for. */
  readonly kinds: readonly ValueKind[];
  /** The most samples that are computed at once. */
  readonly maxRows: number;
}

export class Placements {
  readonly #options: PlacementOptions;
  /** Room for a batch of samples that are not resident. */
  readonly #staging: ReadonlyMap<ValueKind, Placement>;
  /** Room for the numbers that a Predictor is given. It may come between the reads of samples into the staging room. */
  readonly #given: ReadonlyMap<ValueKind, Placement>;
  readonly #resident = new Map<Samples, Placement>();
  /** The rooms of {@link stagingFor}, by value kind and labelling. */
  readonly #labelled = new Map<string, Placement>();
  readonly #numbers = new Map<Placement, number>();
  /** The memory that samples may lie in already. */
  #memory: WasmMemory | undefined;

  /** Makes room for batches. */
  constructor(options: PlacementOptions, region: Region) {
    this.#options = options;
    const room = () =>
      new Map(
        options.kinds.map((kind) => [kind, this.#place(options.maxRows, this.stored(kind), region)] as const),
      );
    this.#staging = room();
    this.#given = room();
  }

  /** Makes room for samples that are to stay, unless they lie in `memory` already. */
  addResident(all: readonly Samples[], memory: WasmMemory | undefined, region: Region): void {
    this.#memory = memory;
    for (const samples of all) {
      if (this.find(samples) !== undefined) continue;
      this.#resident.set(samples, this.#placeOfSamples(samples, region));
    }
  }

  /** How a batch of this kind is stored if it is not resident. */
  stored(kind: ValueKind): ElementType {
    return kind === "bytes" ? "uint8" : this.#options.precision;
  }

  /** Whether samples of this kind can be computed on. */
  takes(kind: ValueKind): boolean {
    return this.#staging.has(kind);
  }

  /** Room for a batch of samples of this kind that are not resident. */
  staging(kind: ValueKind): Placement {
    return this.#staging.get(kind)!;
  }

  /** Room for the numbers that a Predictor is given. */
  given(kind: ValueKind): Placement {
    return this.#given.get(kind)!;
  }

  /** Room for a batch of samples of this kind that are not resident, with their targets in the room of `targets`. */
  stagingFor(kind: ValueKind, labelling: Labelling, targets: BatchTargets): Placement {
    const { labels, weights } = {
      labels: targets.slot(labelling).staged,
      weights: labelling.weighted ? targets.stagedWeights : undefined,
    };
    const key = `${kind} ${labelling.kind} ${labels.dtype} ${labelling.weighted}`;
    let place = this.#labelled.get(key);
    if (place === undefined) {
      place = { ...this.staging(kind), labelling, labels, weights };
      this.#labelled.set(key, place);
    }
    return place;
  }

  /** A number for each place. It stays the same as long as the memory is there. */
  indexOf(place: Placement): number {
    const number = this.#numbers.get(place) ?? this.#numbers.size;
    this.#numbers.set(place, number);
    return number;
  }

  /** Room for values alone. */
  #place(count: number, elementType: ElementType, region: Region): Placement {
    const { features, precision } = this.#options;
    return {
      values: region.tensor(storedAs(elementType, precision), count, features) as Placement["values"],
      ...{ labelling: undefined, labels: undefined, weights: undefined, selection: undefined, filled: false },
    };
  }

  #placeOfSamples(samples: Samples, region: Region): Placement {
    const { count, elementType } = samples;
    const labelling = labellingOf(samples);
    return {
      ...this.#place(count, elementType, region),
      labelling,
      labels: planTargets(region, count, labelling, this.#options.precision),
      weights: labelling.weighted ? planWeights(region, count) : undefined,
    };
  }

  /** The place of these samples, if they are resident here and as many as when they were given their place. */
  find(samples: Samples): Placement | undefined {
    const { residence } = samples;
    const { precision } = this.#options;
    // Kernels that compute in float32 cannot read float64. Such samples are read into staging like any others.
    const isUsable =
      residence !== undefined &&
      residence.memory === this.#memory &&
      storedAs(residence.values.dtype, precision) === residence.values.dtype;
    if (isUsable && !this.#resident.has(samples)) {
      const { values, labels, weights, rows: selection } = residence;
      const labelling = labellingOf(samples);
      this.#resident.set(samples, { values, labelling, labels, weights, selection, filled: true });
    }
    const placement = this.#resident.get(samples);
    if (placement === undefined || residence !== undefined) return placement;
    const { count, elementType } = samples;
    const isSame =
      count === countIn(placement) &&
      storedAs(elementType, precision) === placement.values.dtype &&
      isLabelledSo(placement.labelling!, labellingOf(samples));
    return isSame ? placement : undefined;
  }

  /** {@link find} for samples that have been given a place. @throws DatasetError if they have changed since */
  placeOf(where: string, samples: Samples): Placement {
    const placement = this.find(samples);
    if (placement !== undefined) return placement;
    throw new DatasetError(
      `${where}: the samples are ${shown(samples.count)} of elementType ${shown(samples.elementType)} now, and were others ` +
        "when their memory was made. Samples must stay as they are while a model uses them.",
    );
  }

  /** The samples' bytes, block by block. If there is a selection, its rows are copied to the staging room. */
  *byteBlocks({ values, selection }: Placement): Generator<Tensor<"uint8">> {
    const bytes = values as Tensor<"uint8">;
    if (selection === undefined) return yield bytes;
    const block = this.staging("bytes").values as Tensor<"uint8">;
    const d = bytes.columns;
    for (let start = 0; start < selection.length; start += block.rows) {
      const n = Math.min(block.rows, selection.length - start);
      for (let i = 0; i < n; i++) {
        const row = selection[start + i]!;
        block.data.set(bytes.data.subarray(row * d, (row + 1) * d), i * d);
      }
      yield block.firstRows(n);
    }
  }
}

const isLabelledSo = (a: Labelling, b: Labelling): boolean =>
  a.kind === b.kind && a.width === b.width && a.classes === b.classes && a.weighted === b.weighted;
