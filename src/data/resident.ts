/** Samples that lie in a memory already: several models, in several threads, train on them where they are. */

import { planTargets, type TargetTensor } from "../targets.ts";
import { Region, type Tensor } from "../tensor.ts";
import type { ElementType, Residence, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";

/** What another thread must know, beside the memory, to see the samples. */
export interface ResidentLayout {
  /** The address of the first byte, a multiple of 64. */
  readonly base: number;
  readonly count: number;
  readonly features: number;
  readonly classes: number;
  readonly elementType: ElementType;
}

type Values = Tensor<"uint8"> | Tensor<"float32"> | Tensor<"float64">;

function plan({ count, features, classes, elementType }: ResidentLayout): [Region, Values, TargetTensor] {
  const region = new Region();
  const values = region.tensor(elementType, count, features) as Values;
  return [region, values, planTargets(region, count, { kind: "classes", width: 1, classes }, "float64")];
}

/** Bytes that the samples take. */
export const residentBytes = (layout: ResidentLayout): number => plan(layout)[0].bytes;

/** The samples at that place. Nothing is written: the caller has filled the place, or fills it through `residence`. */
export function residentSamples(memory: WebAssembly.Memory, layout: ResidentLayout): Samples {
  const [region, values, labels] = plan(layout);
  region.bind(memory.buffer, layout.base);
  return new ResidentSamples({ memory, values, labels, rows: undefined }, layout.classes);
}

class ResidentSamples implements Samples {
  readonly residence: Residence;
  readonly classes: number;

  constructor(residence: Residence, classes: number) {
    this.residence = residence;
    this.classes = classes;
  }

  get count(): number {
    return this.residence.rows?.length ?? this.residence.labels.rows;
  }

  get features(): number {
    return this.residence.values.columns;
  }

  get elementType(): ElementType {
    return this.residence.values.dtype;
  }

  async read(target: SampleTarget): Promise<void> {
    const { values, labels, rows } = this.residence;
    const d = values.columns;
    for (let i = 0; i < this.count; i++) {
      const row = rows?.[i] ?? i;
      target.values.set(values.data.subarray(row * d, (row + 1) * d), i * d);
      target.labels[i] = labels.data[row]!;
    }
  }

  select(rows: Uint32Array): Samples {
    const own = selectRows(rows, this.residence.rows, this.count);
    return new ResidentSamples({ ...this.residence, rows: own }, this.classes);
  }
}
