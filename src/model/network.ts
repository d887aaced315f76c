/** The kind of network that the paper has: fully connected, k layers, with or without batch normalisation. */
import { ConfigError, choose } from "../errors.ts";
import { capitalize } from "../format/words.ts";
import { type Initializer, XavierInitializer } from "../initializers/index.ts";
import type { ActivationName } from "../layers/index.ts";
import {
  activations,
  BatchNormalization,
  Dense,
  Dropout,
  hiddenActivations,
  type Layer,
  Scale,
} from "../layers/index.ts";
import { checkOptions, requireBoolean, requireInteger, shown } from "../options.ts";
import { L2Regularizer } from "../regularizers/index.ts";

/**
 * Where batch normalisation stands: after the activation, as in the paper that `nnwasm reproduce` repeats; before it, as in
 * Ioffe and Szegedy (2015); or nowhere.
 */
export type BatchNormPlace = "after" | "before" | false;

const places: readonly BatchNormPlace[] = ["after", "before", false];

export interface NetworkOptions {
  /** Units of the hidden layers; an empty list makes a linear classifier. */
  readonly hidden: readonly number[];
  /** Classes, an integer ≥ 1: the network ends with a softmax over them. Default: none, there are `outputs`. */
  readonly classes?: number;
  /** Numbers or flags to predict, an integer ≥ 1: the network ends with so many outputs. Default: none, there are `classes`. */
  readonly outputs?: number;
  /**
   * The last layer's activation. Default: "softmax" with `classes`; "linear", none, with `outputs`, which suits numbers. Flags
   * need "sigmoid".
   */
  readonly outputActivation?: ActivationName;
  /** Whether the first layer learns a factor for each input ({@link Scale}). Default: false. */
  readonly inputScale?: boolean;
  /** Where batch normalisation stands. Default: false, nowhere. */
  readonly batchNormalization?: BatchNormPlace;
  /** The activation of the hidden layers: "relu" (default), "selu", "gelu", "silu", "mish", "tanh", "sigmoid" or "linear". */
  readonly activation?: ActivationName;
  /** The share of a hidden layer's outputs that dropout makes 0 in training, 0 ≤ dropout < 1. Default: 0, none. */
  readonly dropout?: number;
  /** Default: XavierInitializer. */
  readonly weightInitializer?: Initializer;
  /** Default: the weights' initializer, with which the paper that `nnwasm reproduce` repeats draws its biases. */
  readonly biasInitializer?: Initializer;
  /**
   * That of the last layer's weights and biases. With zeros all outputs are alike at first, and its first update moves that
   * layer alone. Default: those of the others.
   */
  readonly outputInitializer?: Initializer;
  /** λ of the L2 penalty on every weight, ≥ 0; 0 for none. Default: 0.005. */
  readonly l2?: number;
}

const OPTIONS = {
  hidden: true,
  classes: true,
  outputs: true,
  outputActivation: true,
  inputScale: true,
  batchNormalization: true,
  activation: true,
  dropout: true,
  weightInitializer: true,
  biasInitializer: true,
  outputInitializer: true,
  l2: true,
} satisfies Record<keyof NetworkOptions, true>;

/**
 * Dense → activation [→ BN] [→ dropout] or Dense [→ BN] → activation [→ dropout] for every hidden layer, then
 * Dense → softmax, or the activation that is asked for. With inputScale, Scale stands before them all.
 *
 *     denseNetwork({ hidden: [50], classes: 10 }) // classes
 *     denseNetwork({ hidden: [50], outputs: 1 }) // a number
 *     denseNetwork({ hidden: [50], outputs: 3, outputActivation: "sigmoid" }) // three flags
 *
 * @throws ConfigError if an option is out of its range
 */
export function denseNetwork(given: NetworkOptions): Layer[] {
  const where = "denseNetwork";
  if (given === undefined)
    throw new ConfigError(
      `${where}: there are no options. Give it { hidden, classes } or { hidden, outputs }.`,
    );
  checkOptions(where, given, Object.keys(OPTIONS));
  const {
    hidden,
    classes,
    outputs = classes,
    outputActivation = classes === undefined ? "linear" : "softmax",
    inputScale = false,
    batchNormalization = false,
    activation = "relu",
    dropout = 0,
    weightInitializer = new XavierInitializer(),
    biasInitializer = weightInitializer,
    outputInitializer,
    l2 = 0.005,
  } = given;
  if (!Array.isArray(hidden)) {
    throw new ConfigError(
      `${where}: hidden is ${shown(hidden)}, expected an array of units, such as [50, 50].`,
    );
  }
  if (classes !== undefined && given.outputs !== undefined) {
    throw new ConfigError(`${where}: there are classes and outputs, expected one of them.`);
  }
  requireInteger(`${where}: ${given.outputs === undefined ? "classes" : "outputs"}`, outputs);
  requireBoolean(`${where}: inputScale`, inputScale);
  choose("activation", activations, outputActivation);
  if (!places.includes(batchNormalization)) {
    throw new ConfigError(
      `${where}: batchNormalization is ${shown(batchNormalization)}. There are: ${places.map(shown).join(", ")}.`,
    );
  }
  choose("activation", activations, activation);
  if (!hiddenActivations.includes(activation)) {
    throw new ConfigError(
      `${capitalize(activation)} can only be the last layer's activation. ` +
        `There are for hidden ones: ${hiddenActivations.join(", ")}.`,
    );
  }
  const weightRegularizer = new L2Regularizer(l2);
  const options = { weightInitializer, biasInitializer, ...(l2 > 0 && { weightRegularizer }) };
  const ofOutputs = outputInitializer && {
    weightInitializer: outputInitializer,
    biasInitializer: outputInitializer,
  };
  // Checks the rate, if there is no hidden layer too.
  const dropped = new Dropout(dropout).rate > 0;
  const block = (units: number): Layer[] => [...activated(units), ...(dropped ? [new Dropout(dropout)] : [])];
  const activated = (units: number): Layer[] => {
    if (batchNormalization !== "before") {
      const dense = new Dense(units, { ...options, activation });
      return batchNormalization === "after" ? [dense, new BatchNormalization()] : [dense];
    }
    const own = activations[activation]();
    return [new Dense(units, options), new BatchNormalization(), ...(own ? [own] : [])];
  };
  return [
    ...(inputScale ? [new Scale()] : []),
    ...Array.from(hidden).flatMap(block),
    new Dense(outputs!, { ...options, ...ofOutputs, activation: outputActivation }),
  ];
}
