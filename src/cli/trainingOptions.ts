/** The flags that say how to train, for the commands that do. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../errors.ts";
import { parseInitializer } from "../initializers/index.ts";
import { MOST_THREADS } from "../model/model.ts";
import type { BatchNormPlace } from "../model/network.ts";
import { layerSizes } from "../settings/parse.ts";
import { CHOICES, DEFAULTS, isInitialFile, type TrainSettings } from "../settings/settings.ts";
import { argument, integer, number } from "./command.ts";
import type { CliContext } from "./context.ts";

/** What the flags give, before defaults; `bn: true` is a bare --bn. */
export type TrainingFlags = Partial<Omit<TrainSettings, "bn">> & { readonly bn?: BatchNormPlace | true };

const byDefault = (text: unknown) => `(default: ${text})`;

/** Adds them. @param options.bnByDefault whether the command normalises if it is not told */
export function addTrainingOptions(command: Command, { bnByDefault = false } = {}): Command {
  return command
    .optionsGroup("The data:")
    .option(
      "--data <name|path>",
      "cifar10, synthetic, or a folder that holds CIFAR-10 (default: cifar10 if it is found, else synthetic)",
    )
    .option("--validation <n>", `samples taken for validation ${byDefault(DEFAULTS.validation)}`, integer(0))
    .option("--limit <n>", "use only the first n training samples of the split, for a quick look", integer(1))
    .optionsGroup("The network:")
    .option(
      "--layers <units>",
      `units of the hidden layers, or none ${byDefault(DEFAULTS.layers.join(","))}`,
      argument(layerSizes),
    )
    .addOption(
      new Option(
        "--bn [place]",
        `batch normalisation after (bare --bn) or before each activation ${byDefault(bnByDefault ? "after" : "none")}`,
      ).choices(CHOICES.bn),
    )
    .option(
      "--no-bn",
      bnByDefault ? "no batch normalisation" : "no batch normalisation, whatever the file of --config says",
    )
    .addOption(
      new Option(
        "--activation <name>",
        `activation of the hidden layers ${byDefault(DEFAULTS.activation)}`,
      ).choices(CHOICES.activation),
    )
    .option(
      "--init <name|file>",
      `initial weights: ${CHOICES.init.join(", ")}, or the tensors of a .safetensors file ${byDefault(DEFAULTS.init)}`,
      initializerOrFile,
    )
    .addOption(
      new Option(
        "--bias-init <how>",
        `initial biases: the same, drawn as the weights are, or zeros ${byDefault(DEFAULTS.biasInit)}`,
      ).choices(CHOICES.biasInit),
    )
    .option(
      "--lambda, --l2 <lambda>",
      `strength λ of the L2 penalty: cost = loss + ½·λ·Σw² ${byDefault(DEFAULTS.l2)}`,
      number(0),
    )
    .optionsGroup("The training:")
    .addOption(
      new Option("--optimizer <name>", `the update rule ${byDefault(DEFAULTS.optimizer)}`).choices(
        CHOICES.optimizer,
      ),
    )
    .addOption(
      new Option(
        "--lr-schedule <name>",
        `learning rate: cyclic between eta-min and eta-max, or constant at eta-max ${byDefault(DEFAULTS.lrSchedule)}`,
      ).choices(CHOICES.lrSchedule),
    )
    .option("--eta-min <rate>", `lowest learning rate ${byDefault(DEFAULTS.etaMin)}`, number(0))
    .option("--lr, --eta-max <rate>", `highest learning rate ${byDefault(DEFAULTS.etaMax)}`, number(0))
    .option("--step-size <updates>", "updates in half a cycle (default: 5 · samples / batch)", integer(1))
    .option(
      "--cycles <n>",
      `learning rate cycles, of 10 epochs each ${byDefault(DEFAULTS.cycles)}`,
      number(0),
    )
    .option("--epochs <n>", "passes over the training samples (default: 10 · cycles)", integer(1))
    .option("--batch <n>", `samples in an update ${byDefault(DEFAULTS.batch)}`, integer(1))
    .option("--no-shuffle", "keep the order of the training split in every epoch")
    .addOption(
      new Option(
        "--training-metrics <how>",
        `training loss and accuracy: full, on all samples after an epoch; or running, in its course, which saves a pass ${byDefault(DEFAULTS.trainingMetrics)}`,
      ).choices(CHOICES.trainingMetrics),
    )
    .option(
      "--seed <n>",
      `random seed, of the split, the weights and the order ${byDefault(DEFAULTS.seed)}`,
      integer(0),
    )
    .optionsGroup("The engine:")
    .addOption(
      new Option(
        "--engine <name>",
        `WebAssembly, or its definition in JavaScript ${byDefault(DEFAULTS.engine)}`,
      ).choices(CHOICES.engine),
    )
    .addOption(
      new Option("--dtype <name>", `precision of the numbers ${byDefault(DEFAULTS.dtype)}`).choices(
        CHOICES.dtype,
      ),
    );
}

/** The settings' names: what of the flags is a setting. */
const KEYS = Object.keys({ ...DEFAULTS, data: 0, stepSize: 0, epochs: 0, limit: 0 });

/** The settings among the flags that were given. */
export function settingsFromFlags(flags: TrainingFlags): Partial<TrainSettings> {
  const { bn, shuffle } = flags;
  const given = Object.entries(flags).filter(([key]) => KEYS.includes(key));
  return {
    ...Object.fromEntries(given),
    bn: bn === true ? "after" : bn,
    // Commander's default for --no-shuffle is true: only its absence from the line lets other sources speak.
    shuffle: shuffle === false ? false : undefined,
  } as Partial<TrainSettings>;
}

/** The settings that NNWASM_… variables give, each checked as its flag is. */
export function settingsFromEnvironment(command: Command, { env }: CliContext): Partial<TrainSettings> {
  const settings: Record<string, unknown> = {};
  for (const option of command.options) {
    const key = option.attributeName();
    // NNWASM_DATA is a folder of data sets, not a data set.
    if (key === "data" || !KEYS.includes(key)) continue;
    // Of two names the first counts: NNWASM_LR before NNWASM_ETA_MAX.
    const names = [option.short, option.long].filter((name) => name?.startsWith("--"));
    const name = names.map((flag) => variableOf(flag!)).find((variable) => env[variable]);
    if (name === undefined) continue;
    const text = env[name]!;
    try {
      if (key === "shuffle") settings[key] = yesOrNo(text);
      else settings[key] = option.parseArg ? option.parseArg(text, undefined) : text;
    } catch (error) {
      throw new ConfigError(`${name}=${text}: ${(error as Error).message}`);
    }
  }
  return settings;
}

/** "NNWASM_ETA_MAX" for "--eta-max"; "NNWASM_SHUFFLE" for "--no-shuffle". */
const variableOf = (flag: string): string =>
  `NNWASM_${flag
    .replace(/^--(no-)?/, "")
    .replaceAll("-", "_")
    .toUpperCase()}`;

/** A parser for commander: the name of an initializer is checked here, a file when it is read. */
function initializerOrFile(text: string): string {
  try {
    if (!isInitialFile(text)) parseInitializer(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message} Or give a .safetensors file.`);
  }
  return text;
}

/** For the commands that do one training; where several run side by side, each has one thread. */
export function threadsOption(): Option {
  const description =
    "threads in the training, or auto: as many as are fastest here; the results are the same";
  return new Option("--threads <n>", `${description} ${byDefault(DEFAULTS.threads)}`).argParser(threadCount);
}

/** A parser for commander: a number of threads, or "auto". */
function threadCount(text: string): number | "auto" {
  if (text === "auto") return text;
  try {
    return integer(1, MOST_THREADS)(text);
  } catch {
    throw new InvalidArgumentError(`Expected an integer from 1 to ${MOST_THREADS}, or auto.`);
  }
}

function yesOrNo(text: string): boolean {
  if (text === "1" || text === "true") return true;
  if (text === "0" || text === "false") return false;
  throw new InvalidArgumentError("Allowed choices are 1, true, 0, false.");
}
