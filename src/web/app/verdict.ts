/** Why a network learns or does not, in a sentence, from what goes through its layers. */
import { log } from "../../math.ts";
import type { ActivityView } from "../engine/api.ts";
import { numberText } from "../kit/format.ts";

export interface Verdict {
  readonly state: "alive" | "fading" | "dead" | "exploding";
  readonly title: string;
  readonly text: string;
}

/** A layer whose numbers spread less than this, for all samples, tells the next one nothing. */
const SILENT = 1e-3;
const LOUD = 1e3;
/** A gradient that spreads less than this moves nothing in a training's time. */
const STILL = 1e-7;
/** One that spreads less than this is lost in the rounding of the weights that it should move. */
const GONE = 1e-10;

/**
 * @param loss the mean loss of late, of classes
 * @param classes how many there are; undefined of other targets
 */
export function verdictOf(
  { layers }: ActivityView,
  { loss, classes }: { readonly loss: number | undefined; readonly classes: number | undefined },
): Verdict {
  const hidden = layers.slice(0, -1);
  const guesses =
    loss !== undefined && classes !== undefined && Math.abs(loss - log(classes)) < 0.01
      ? ` The loss is log ${classes}: it guesses.`
      : "";
  if (hidden.length === 0) {
    return { state: "alive", title: "One layer", text: `There is no hidden layer to get through.${guesses}` };
  }
  const loud = hidden.find(({ outputs }) => outputs.std > LOUD || !Number.isFinite(outputs.std));
  if (loud !== undefined) {
    return {
      state: "exploding",
      title: "The signal explodes",
      text: `Layer ${loud.label} gives numbers that ${Number.isFinite(loud.outputs.std) ? `spread by ${numberText(loud.outputs.std, 3)}` : "are no longer finite"}. A smaller rate, smaller initial weights or batch normalisation keep them small.`,
    };
  }
  const [first, last] = [hidden[0]!, hidden.at(-1)!];
  const silent = hidden.find(({ outputs, dead }) => outputs.std < SILENT || dead === 1);
  if (silent !== undefined) {
    const what =
      silent.dead === 1
        ? `all units of layer ${silent.label} are 0 for every sample`
        : `layer ${silent.label} gives nearly the same for every sample (spread ${numberText(silent.outputs.std, 2)})`;
    return {
      state: "dead",
      title: "The signal dies on its way",
      text: `From there on nothing is told apart: ${what}, and the gradient that reaches layer 1 spreads by ${numberText(first.gradients.std, 2)}.${guesses}`,
    };
  }
  const falls = `On its way back it falls from ${numberText(last.gradients.std, 2)} to ${numberText(first.gradients.std, 2)}`;
  if (first.gradients.std < GONE) {
    return {
      state: "dead",
      title: "No gradient reaches the first layers",
      text: `${falls} at layer 1: they stay as they were drawn.${guesses}`,
    };
  }
  if (first.gradients.std < STILL) {
    return {
      state: "fading",
      title: "The gradient fades",
      text: `${falls} at layer 1, which hardly learns.${guesses}`,
    };
  }
  return {
    state: "alive",
    title: "Signal and gradient get through",
    text: `Activations spread by ${numberText(first.outputs.std, 2)} in layer 1 and by ${numberText(last.outputs.std, 2)} in layer ${last.label}; the gradient reaches layer 1 with ${numberText(first.gradients.std, 2)}.${guesses}`,
  };
}
