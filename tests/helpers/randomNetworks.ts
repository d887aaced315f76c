/** Networks drawn at random out of all layers, for gradient checks: a short test checks some, a long one thousands. */
import {
  activations,
  BatchNormalization,
  Dense,
  Dropout,
  hiddenActivations,
  type Layer,
  Scale,
} from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { checkGradients, GRADIENT_TOLERANCE, type GradientCheck } from "../../src/model/gradientCheck.ts";
import { Random } from "../../src/random.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";

export interface RandomNetwork {
  readonly layers: readonly Layer[];
  readonly features: number;
  readonly samples: number;
  /** "scale dense gelu dropout dense softmax". */
  readonly title: string;
}

/** The network of a number. Every kind of layer may stand anywhere, first too. */
export function randomNetwork(number: number): RandomNetwork {
  const random = new Random(number, "network");
  const pick = <T>(choices: readonly T[]): T => choices[random.below(choices.length)]!;
  const layers: Layer[] = [];
  const extras = () => {
    if (random.below(4) === 0) layers.push(new Scale());
    if (random.below(3) === 0) layers.push(new BatchNormalization());
    if (random.below(3) === 0) layers.push(new Dropout(pick([0, 0.1, 0.5, 0.8])));
  };
  extras();
  for (let block = random.below(4); block > 0; block--) {
    const regularized = random.below(2) === 0 && { weightRegularizer: new L2Regularizer(0.1) };
    const activation = pick(hiddenActivations);
    const asOption = random.below(2) === 0;
    layers.push(new Dense(1 + random.below(9), { ...regularized, ...(asOption && { activation }) }));
    if (!asOption) {
      extras();
      const own = activations[activation]();
      if (own !== undefined) layers.push(own);
    }
    extras();
  }
  layers.push(new Dense(2 + random.below(4), { activation: "softmax" }));
  const title = layers
    .flatMap(({ kind, followedBy }) => (followedBy === undefined ? [kind] : [kind, followedBy.kind]))
    .join(" ");
  // Two samples make a batch's normalised values ±1, whatever the inputs: its gradients are 0 but for round-off.
  return { layers, features: 1 + random.below(8), samples: 3 + random.below(6), title };
}

/** Checks the gradients of a network by its number; throws with the worst number if they are wrong. */
export async function checkRandomNetwork(number: number): Promise<GradientCheck & { title: string }> {
  const { layers, features, samples, title } = randomNetwork(number);
  const loss = new CategoricalCrossEntropyLoss();
  const check = await checkGradients({ layers, loss, features, samples, seed: number });
  if (!(check.maxRelativeError < GRADIENT_TOLERANCE)) {
    const worst = check.tensors.reduce((a, b) => (a.maxRelativeError >= b.maxRelativeError ? a : b));
    const { index, analytic, numerical } = worst.worst;
    throw new Error(
      `network ${number}, ${title}, ${samples} samples of ${features}: ${worst.name}[${index}] is ${analytic}, ` +
        `numerically ${numerical}: ${check.maxRelativeError}`,
    );
  }
  return { ...check, title };
}
