/** The settings that the driver gives a contender's program, as JSON on its command line. */
export interface Settings {
  readonly task: "train" | "predict";
  /** Features, units of every layer, classes. */
  readonly widths: readonly number[];
  /** Whether there is batch normalisation after every ReLU. */
  readonly batchNormalization: boolean;
  readonly optimizer: "sgd" | "adam";
  /** Samples of a training step, or of a prediction. */
  readonly batchSize: number;
  /** The λ of the L2 penalty ½ · lambda · Σ w² on weights. */
  readonly lambda: number;
  /** Training samples in memory. */
  readonly samples: number;
  /** The top of the cyclic learning rate. */
  readonly etaMax: number;
  /** Updates in half a cycle of the learning rate. */
  readonly stepSize: number;
  readonly threads: number;
  /** The network as an ONNX file, for programs that read one. */
  readonly model?: string;
}

/** The first line that a program writes. */
export interface Introduction {
  readonly name: string;
  readonly version: string;
  /** The threads with which it computes, which may not be as many as were asked for. */
  readonly threads: number;
  /** The library that computes: "OpenBLAS 0.3.21 Haswell". */
  readonly engine: string;
}

/** Its answer to "check STEPS": a few steps on the first batch, where half a cycle of the rate is CHECK_STEP_SIZE. */
export interface CheckedSteps {
  /** The mean cross-entropy of every step. */
  readonly losses: readonly number[];
  /** ½ · lambda · Σ w² afterwards. */
  readonly penalty: number;
}

/** Its answer to "slice SECONDS STEPS": it went on for so long, and for so many steps at least. */
export interface SliceResult {
  /** Steps, or calls of predict. */
  readonly steps: number;
  /** The median of the seconds of a step, in which another program's turn on the core does not count. */
  readonly stepSeconds: number;
  /** The loss of the last step. A prediction has none. */
  readonly loss?: number;
}

/** Updates in half a cycle while the steps are checked: ten of them see the rate rise to its top and fall. */
export const CHECK_STEP_SIZE = 5;
