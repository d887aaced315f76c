/** The method: data, networks, training, and how numbers are compared. */
import { decimals, scientific, thousands } from "../../format/numbers.ts";
import { capitalize, counted, countedInWords, inWords, listed, pluralOf } from "../../format/words.ts";
import { learningRateOf } from "../../settings/ofOptimizers.ts";
import { mergeSettings, PAPER_L2 } from "../../settings/settings.ts";
import { type Block, heading, leading, paragraph } from "../document/blocks.ts";
import { CIFAR10, type ReproductionFacts } from "../facts.ts";
import { chanceOfMark } from "../statistics.ts";
import { EXPERIMENTS } from "../table.ts";
import { MARK } from "./accuracyTable.ts";
import { nameOf, type RunSummary, splitOf } from "./run.ts";

export function method(run: RunSummary): Block[] {
  const { facts, comparable } = run;
  const several = facts.seeds.length > 1;
  return [
    heading(2, "Method"),
    ...(comparable
      ? []
      : [paragraph("This is the report’s method, which this run departs from as said above.")]),
    leading("Data", ...dataSentences(facts)),
    leading("Networks", ...networkSentences(run)),
    leading("Training", ...trainingSentences(facts)),
    leading(
      "Comparison",
      several
        ? `A number of this run is the mean over seeds ${listed(facts.seeds)}, ± the sample standard ` +
            "deviation (n − 1) of a single training."
        : "A number of this run is that of a single training. Its spread over seeds is not known, so " +
            "nothing can be marked as lying outside it.",
      several && comparable
        ? `${MARK} marks a published value, itself a single training, that lies more than three of these ` +
            "from the mean. With few seeds the standard deviation is itself uncertain: about " +
            `${decimals(100 * chanceOfMark(facts.seeds.length)!, 0)} rows in 100 would be marked even if ` +
            "the published value were only another seed’s."
        : "",
      several
        ? "The conclusions name a difference of means as an effect if chance alone makes one so large in fewer " +
            "than one case of a hundred (Student’s t). Of the others, one within a standard deviation counts as " +
            "none, a larger one as a hint."
        : "",
    ),
  ];
}

function dataSentences(facts: ReproductionFacts): string[] {
  const { training, test, features } = facts.samples ?? CIFAR10;
  const { validation, split, used } = splitOf(facts);
  const name = nameOf(facts.data);
  const some = used < split ? `, of which ${thousands(used)} are used,` : "";
  return [
    `${capitalize(name)}’s ${thousands(training)} training images are split at random, ` +
      `by the seed, into ${thousands(split)} to train on${some} and ${thousands(validation)} to validate; its ` +
      `${thousands(test)} test images are used once, at the end.`,
    `Each of the ${thousands(features)} features is standardised by its mean and standard deviation over the ` +
      `${thousands(used)}.`,
  ];
}

function networkSentences({ rows, appendix }: RunSummary): string[] {
  const experiments = rows.length > 0 ? rows.map(({ experiment }) => experiment) : EXPERIMENTS;
  const settings = experiments.map((experiment) => mergeSettings(experiment.settings));
  const shapes = new Map(settings.map(({ layers }) => [layers.join(), layers]));
  const networks = [...shapes.values()].map((layers) => ({
    name: `the ${inWords(layers.length + 1)}-layer network`,
    units: `of ${listed(layers)}`,
  }));
  const [first, ...others] = networks;
  const hasBn = settings.some(({ bn }) => bn !== false) || appendix.length > 0;
  const hasSigma = settings.some(({ init }) => init.startsWith("normal:"));
  return [
    "A layer is dense, with ReLU in the hidden ones and softmax in the last.",
    `The${first!.name.slice(3)} has hidden layers ${first!.units} units` +
      `${others.map(({ name, units }) => `, ${name} ${units}`).join("")}.`,
    hasBn
      ? "Batch normalisation (moving averages with momentum 0.9, ε = 1e-5) follows each hidden layer’s ReLU, as in " +
        "the report."
      : "",
    `Weights are drawn from N(0, 1/√(inputs)) (Xavier)${hasSigma ? " or, where stated, N(0, σ)," : ","} and biases ` +
      "in the same way.",
  ];
}

function trainingSentences(facts: ReproductionFacts): string[] {
  const settings = mergeSettings({ l2: PAPER_L2 }, facts.settings ?? {});
  const { batch, l2, etaMin, etaMax = learningRateOf(settings.optimizer), cycles, epochs } = settings;
  const { used } = splitOf(facts);
  const stepsOfEpoch = Math.ceil(used / batch);
  const cycle = 2 * Math.max(1, settings.stepSize ?? Math.round((5 * used) / batch));
  const cycleEpochs = cycle / stepsOfEpoch;
  const inEpochs = Number.isInteger(cycleEpochs) ? inWords(cycleEpochs) : decimals(cycleEpochs, 1);
  return [
    `Mini-batches of ${batch}, shuffled anew in every epoch; stochastic gradient descent without momentum ` +
      `on the mean cross-entropy plus ½ λ Σ W², λ = ${l2} where not stated; triangular cycles ` +
      `of the learning rate between ${scientific(etaMin, 6)} and ${scientific(etaMax, 6)}, of ${thousands(cycle)} updates or ${inEpochs} ` +
      `${pluralOf("epoch", cycleEpochs)} each; ${countedInWords(cycles, "cycle")} where not stated.`,
    epochs === undefined
      ? ""
      : `Every training ends after ${counted(epochs, "epoch")}, ${thousands(epochs * stepsOfEpoch)} updates, wherever ` +
        "its cycle then is.",
    "After every epoch loss, cost and accuracy are taken in inference mode over the whole validation set, and for " +
      "the curves that are shown over the whole training set. The rate that is recorded then is the next update’s, " +
      "hence the “shifted” curve that the report remarks on.",
  ];
}
