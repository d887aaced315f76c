/** The targets and weights of the batch at hand, and of the batches that are read for an evaluation. */
import {
  type Labelling,
  MOST_BYTE_CLASSES,
  planTargets,
  planWeights,
  storedTargets,
  type TargetKind,
  type TargetTensor,
  type WeightTensor,
} from "../targets.ts";
import type { Precision, Region } from "../tensor.ts";

export interface BatchTargetsOptions {
  /** The kinds of targets that the loss takes; none without a loss. */
  readonly kinds: readonly TargetKind[];
  readonly outputs: number;
  /** The most samples that are computed at once. */
  readonly maxRows: number;
  readonly precision: Precision;
}

/** Room for targets that are stored in one way. */
interface Slot {
  /** (maxRows, width), for the batch that is gathered. */
  readonly batch: TargetTensor;
  /** (maxRows, width), for samples that are not resident. */
  readonly staged: TargetTensor;
}

export class BatchTargets {
  readonly #slots = new Map<string, Slot>();
  readonly #precision: Precision;
  /** (maxRows, 1): the weights of the batch's samples. */
  readonly weights: WeightTensor;
  /** (maxRows, 1): the same with the weights of their classes. */
  readonly lossWeights: WeightTensor;
  /** (maxRows, 1): the weights of samples that are not resident. */
  readonly stagedWeights: WeightTensor;
  /** (outputs, 1): the weight of each class in the training under way, if it weighs them. */
  readonly classWeights: WeightTensor;

  /** Makes room. */
  constructor({ kinds, outputs, maxRows, precision }: BatchTargetsOptions, region: Region) {
    this.#precision = precision;
    for (const kind of kinds) {
      const width = kind === "classes" ? 1 : outputs;
      // Samples with few classes have labels of a byte, however many the model could tell apart.
      const sizes = kind === "classes" && outputs > MOST_BYTE_CLASSES ? [1, outputs] : [1];
      for (const classes of sizes) {
        const room = () => planTargets(region, maxRows, { kind, width, classes }, precision);
        this.#slots.set(this.#key({ kind, classes }), { batch: room(), staged: room() });
      }
    }
    const rows = kinds.length === 0 ? 0 : maxRows;
    this.weights = planWeights(region, rows);
    this.lossWeights = planWeights(region, rows);
    this.stagedWeights = planWeights(region, rows);
    this.classWeights = planWeights(region, kinds.includes("classes") ? outputs : 0);
  }

  #key({ kind, classes }: Pick<Labelling, "kind" | "classes">): string {
    return `${kind} ${storedTargets({ kind, classes }, this.#precision)}`;
  }

  /** Room for the targets of samples that are labelled so: kind and width are such as the loss takes. */
  slot(labelling: Pick<Labelling, "kind" | "classes">): Slot {
    return this.#slots.get(this.#key(labelling))!;
  }
}
