/** Samples that lie in a memory already: several models, in several threads, train on them where they are. */

import {
  labellingOf,
  planTargets,
  planWeights,
  type Targets,
  type TargetTensor,
  type WeightTensor,
} from "../targets.ts";
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
  readonly targets?: Targets | undefined;
  readonly weighted?: boolean | undefined;
  readonly classNames?: readonly string[] | undefined;
}

type Values = Tensor<"uint8"> | Tensor<"float32"> | Tensor<"float64">;

interface Places {
  readonly region: Region;
  readonly values: Values;
  readonly labels: TargetTensor;
  readonly weights: WeightTensor | undefined;
}

/** Numbers are stored in float64: models of either precision gather them. */
function plan(layout: ResidentLayout): Places {
  const { count, features, elementType } = layout;
  const labelling = labellingOf(layout);
  const region = new Region();
  const values = region.tensor(elementType, count, features) as Values;
  const labels = planTargets(region, count, labelling, "float64");
  return { region, values, labels, weights: labelling.weighted ? planWeights(region, count) : undefined };
}

/** Bytes that the samples take. */
export const residentBytes = (layout: ResidentLayout): number => plan(layout).region.bytes;

/** The samples at that place. Nothing is written: the caller has filled the place, or fills it through `residence`. */
export function residentSamples(memory: WebAssembly.Memory, layout: ResidentLayout): Samples {
  const { region, ...places } = plan(layout);
  region.bind(memory.buffer, layout.base);
  const { classes, targets, weighted, classNames } = layout;
  return new ResidentSamples(
    { memory, ...places, rows: undefined },
    { classes, targets, weighted, classNames },
  );
}

/** What samples say of what they are labelled with. */
type Labels = Pick<Samples, "classes" | "targets" | "weighted" | "classNames">;

class ResidentSamples implements Samples {
  readonly residence: Residence;
  readonly classes: number;
  readonly targets: Targets | undefined;
  readonly weighted: boolean | undefined;
  readonly classNames: readonly string[] | undefined;

  constructor(residence: Residence, { classes, targets, weighted, classNames }: Labels) {
    this.residence = residence;
    this.classes = classes;
    this.targets = targets;
    this.weighted = weighted;
    this.classNames = classNames;
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
    const { values, labels, weights, rows } = this.residence;
    const d = values.columns;
    const width = labels.columns;
    for (let i = 0; i < this.count; i++) {
      const row = rows?.[i] ?? i;
      target.values.set(values.data.subarray(row * d, (row + 1) * d), i * d);
      for (let j = 0; j < width; j++) target.labels[i * width + j] = labels.data[row * width + j]!;
      if (weights !== undefined) target.weights![i] = weights.data[row]!;
    }
  }

  select(rows: Uint32Array): Samples {
    const own = selectRows(rows, this.residence.rows, this.count);
    return new ResidentSamples({ ...this.residence, rows: own }, this);
  }
}
