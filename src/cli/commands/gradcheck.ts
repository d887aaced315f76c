/** `nnwasm gradcheck`: compares analytic with numerical gradients of the paper's networks. */
import type { Command } from "commander";
import { NnwasmError } from "../../errors.ts";
import { type Alignment, tableLine } from "../../format/tables.ts";
import { CategoricalCrossEntropyLoss } from "../../losses/index.ts";
import { checkGradients, GRADIENT_TOLERANCE, type GradientCheck } from "../../model/gradientCheck.ts";
import { type BatchNormPlace, denseNetwork } from "../../model/network.ts";
import { DEFAULTS, PAPER_L2 } from "../../settings/settings.ts";
import { integer, newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { settingOption } from "../trainingOptions.ts";

/** The paper's two networks, and the batches that are tried: the paper's 2 samples, and 8. */
const NETWORKS = [
  [50, 50],
  [50, 30, 20, 20, 10, 10, 10, 10],
];
const PLACES: readonly BatchNormPlace[] = [false, "after", "before"];
const SAMPLES = [2, 8];
const CLASSES = 10;

interface Flags {
  readonly layers?: number[];
  readonly bn?: BatchNormPlace;
  readonly samples?: number;
  readonly features: number;
  readonly l2: number;
  readonly seed: number;
  readonly engine: "wasm" | "js";
  readonly json?: boolean;
}

/** The gradients are wrong, or the check is. */
class GradientError extends NnwasmError {
  override readonly name: string = "GradientError";
}

export function gradcheckCommand(context: CliContext): Command {
  return newCommand(
    context,
    "gradcheck",
    "compare analytic with numerical gradients, in float64, for every parameter and the input",
    [
      "nnwasm gradcheck                                  # two networks, with and without BN",
      "nnwasm gradcheck --layers 20,10 --bn --samples 32 # another one",
    ],
    [
      `Asked for: |a − n| / (max(|a|, |n|) + 1e-3) < ${GRADIENT_TOLERANCE}, n extrapolated from two central differences.`,
      "Beside it the course report's own check: |a − n| / (max(|a|, |n|) + 1e-9) with h = 1e-5, and equality to 4 decimals.",
    ],
  )
    .addOption(
      settingOption("layers", {
        help: "units of the hidden layers",
        usual: "50,50 and 50,30,20,20,10,10,10,10",
      }),
    )
    .addOption(
      settingOption("bn", { help: "only with batch normalisation in this place", usual: "all three" }),
    )
    .option("--samples <n>", "samples in the batch (default: 2 and 8)", integer(1))
    .option("--features <n>", "numbers in a sample", integer(1), 10)
    .addOption(
      settingOption("l2", { help: "strength λ of the L2 penalty", usual: `${PAPER_L2}` }).default(PAPER_L2),
    )
    .addOption(
      settingOption("seed", { help: "random seed, of parameters, samples and labels" }).default(
        DEFAULTS.seed,
      ),
    )
    .addOption(settingOption("engine", { help: "what computes" }).default(DEFAULTS.engine))
    .option("--json", "print events as JSON, one a line")
    .action((flags: Flags) => run(flags, context));
}

interface Case {
  readonly hidden: readonly number[];
  readonly bn: BatchNormPlace;
  readonly samples: number;
}

/** Every network with every place of batch normalisation and every batch. */
function casesOf(flags: Flags): Case[] {
  const networks = flags.layers === undefined ? NETWORKS : [flags.layers];
  const places = flags.bn === undefined ? PLACES : [flags.bn];
  const batches = flags.samples === undefined ? SAMPLES : [flags.samples];
  return networks.flatMap((hidden) =>
    places.flatMap((bn) => batches.map((samples) => ({ hidden, bn, samples }))),
  );
}

async function run(flags: Flags, context: CliContext): Promise<void> {
  const { features, l2, seed, engine, json = false } = flags;
  const failed: string[] = [];
  if (!json) context.stdout.write(`${inColumns(COLUMNS.map(([head]) => head))}\n`);
  for (const { hidden, bn, samples } of casesOf(flags)) {
    if (context.signal.aborted) throw new Interrupted("Interrupted.");
    const check = await checkGradients({
      layers: denseNetwork({ hidden, classes: CLASSES, batchNormalization: bn, l2 }),
      loss: new CategoricalCrossEntropyLoss(),
      samples,
      features,
      seed,
      engine,
    });
    const name = `${hidden.length + 1} layers, ${bn === false ? "no BN" : `BN ${bn}`}, ${samples} samples`;
    if (!check.passed) failed.push(`${name} (${check.maxRelativeError.toExponential(1)})`);
    if (json)
      writeEvent(context, { event: "gradcheck", layers: hidden, bn, samples, l2, seed, ...told(check) });
    else context.stdout.write(`${tableRow(hidden.length + 1, bn, samples, check)}\n`);
  }
  if (failed.length > 0) {
    throw new GradientError(
      `The relative error exceeds ${GRADIENT_TOLERANCE} for ${failed.join("; ")}. A backward pass is wrong.`,
    );
  }
  if (json) writeEvent(context, { event: "result", command: "gradcheck", passed: true });
  else context.stdout.write(`All below ${GRADIENT_TOLERANCE}.\n`);
}

/** A check as an event tells it. */
function told({ compared, maxRelativeError, kinks, report, passed, tensors }: GradientCheck) {
  return {
    ...{ compared, maxRelativeError, kinks, report, passed },
    tensors: tensors.map(({ name, size, maxRelativeError }) => ({ name, size, maxRelativeError })),
  };
}

/** The table's columns. Their widths are fixed, as the rows come one by one. */
const COLUMNS: readonly (readonly [head: string, width: number, alignment: Alignment])[] = [
  ["layers", 6, "right"],
  ["BN", 6, "left"],
  ["samples", 7, "right"],
  ["compared", 8, "right"],
  ["max. rel. error", 15, "right"],
  ["kinks", 5, "right"],
  ["report's error", 15, "right"],
  ["4 decimals", 10, "left"],
];

const inColumns = (cells: readonly string[]): string =>
  tableLine(
    cells,
    COLUMNS.map(([, width]) => width),
    COLUMNS.map(([, , alignment]) => alignment),
  );

function tableRow(layers: number, bn: BatchNormPlace, samples: number, check: GradientCheck): string {
  const { compared, maxRelativeError, kinks, report, passed } = check;
  const cells = [
    String(layers),
    bn === false ? "none" : bn,
    String(samples),
    String(compared),
    `${maxRelativeError.toExponential(1)}${passed ? "" : " !"}`,
    String(kinks.length),
    report.maxRelativeError.toExponential(1),
    report.almostEqual ? "equal" : "differ",
  ];
  const row = inColumns(cells);
  return kinks.length === 0 ? row : `${row}\n        left out, at a kink of a ReLU: ${kinks.join(", ")}`;
}
