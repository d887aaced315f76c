/** Makes the model that the settings of a training describe. */
import type { Backend, EngineName } from "../backend/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { ConfigError, choose, FileError } from "../errors.ts";
import { parseInitializer, ZerosInitializer } from "../initializers/index.ts";
import { type ActivationName, ImageAugmentation, type Layer } from "../layers/index.ts";
import { Model } from "../model/model.ts";
import { denseNetwork } from "../model/network.ts";
import { requireVersion } from "../model/openModel.ts";
import { OPTIMIZER } from "../model/optimizerState.ts";
import { decodeSafetensors } from "../model/safetensors.ts";
import { countParameters } from "../model/summary.ts";
import { type OptimizerKind, optimizers } from "../optimizers/index.ts";
import { pickOptions } from "../options.ts";
import { type ScheduleKind, schedules, WarmupSchedule } from "../schedules/index.ts";
import { AUGMENTATIONS } from "../settings/ofImages.ts";
import { biasInitializerOf, isInitialFile } from "../settings/parse.ts";
import { DEFAULTS, type ResolvedSettings } from "../settings/settings.ts";
import { targetsOf } from "../targets.ts";
import { lossFor } from "./loss.ts";
import { metricsFor } from "./metrics.ts";

/** Bytes of a file of tensors beside the parameters: names, standardisation, notes of other programs. */
const SPARE_BYTES = 64_000_000;

/** Bytes of a parameter at most: of itself and of an optimizer's tensors, in float64. */
const PARAMETER_BYTES = 64;

/**
 * The network that the settings describe, compiled. If its parameters come from a file, they are loaded.
 * @param engine what it computes on, instead of the settings' engine
 * @throws ConfigError if a setting is out of range; FileError if the file of `init` does not fit
 */
export async function buildModel(
  settings: ResolvedSettings,
  dataset: Pick<
    Dataset,
    "name" | "shape" | "classes" | "classNames" | "features" | "targets" | "preprocessing"
  >,
  engine: EngineName | Backend = settings.engine,
): Promise<Model> {
  const { seed, dtype, threads } = settings;
  const { name: data, classes, features, preprocessing } = dataset;
  const { kind: kindOfTargets } = targetsOf(dataset);
  const loss = lossFor(settings, dataset);
  const ownOptions = ({ options }: { readonly options: object }) =>
    pickOptions(settings, Object.keys(options));
  const fromFile = isInitialFile(settings.init);
  const weightInitializer = parseInitializer(fromFile ? DEFAULTS.init : settings.init);
  const network = denseNetwork({
    hidden: settings.layers,
    inputScale: settings.inputScale ?? false,
    outputs: classes,
    outputActivation: (loss.outputKind ?? "linear") as ActivationName,
    batchNormalization: settings.bn,
    activation: settings.activation,
    dropout: settings.dropout,
    weightInitializer,
    biasInitializer: biasInitializerOf(settings.biasInit) ?? weightInitializer,
    ...(settings.outputInit === "zeros" && { outputInitializer: new ZerosInitializer() }),
    l2: settings.l2,
  });
  const kind = choose<ScheduleKind>("schedule", schedules, settings.lrSchedule);
  const schedule = kind.create(ownOptions(kind));
  const optimizer = choose<OptimizerKind>("optimizer", optimizers, settings.optimizer);
  const model = new Model([...augmentationOf(settings, dataset), ...network], {
    seed,
    engine,
    dtype,
    // A backend that is given is one thread's, among which the trainings are divided.
    threads: typeof engine === "string" ? threads : 1,
  }).compile({
    loss,
    optimizer: optimizer.create({
      ...ownOptions(optimizer),
      ...(settings.rateFactors !== false && { rateFactors: settings.rateFactors }),
      schedule: settings.warmup === 0 ? schedule : new WarmupSchedule({ schedule, steps: settings.warmup }),
    }),
    metrics: metricsFor(settings.metrics, { name: data, targets: kindOfTargets, preprocessing }),
  });
  if (fromFile) {
    const parameters = countParameters(model.summary(features));
    // Loaded only when it is needed, as a browser has no files.
    const { readBytes } = await import("../files/read.ts");
    const bytes = await readBytes(settings.init, {
      most: SPARE_BYTES + PARAMETER_BYTES * parameters,
      tooLarge: (size) =>
        new FileError(
          `${settings.init} has ${size} bytes, far more than ${parameters} parameters take. Is it another network's file?`,
        ),
    });
    const { tensors, metadata } = decodeSafetensors(bytes, settings.init);
    requireVersion(metadata, settings.init);
    await model.build(features);
    // A training begins here: an optimizer's moments are of another.
    const initial = [...tensors.values()].filter(({ name }) => !name.startsWith(OPTIMIZER));
    await model.load(initial, settings.init);
  }
  return model;
}

/**
 * The layer that changes images in a training, if the settings ask for one. A search may choose that there is none.
 * @throws ConfigError if the samples are no images, or too small ones
 */
function augmentationOf(
  settings: ResolvedSettings,
  { name, shape }: Pick<Dataset, "name" | "shape">,
): readonly Layer[] {
  const { flip = false, shift = 0, noise = 0 } = settings;
  const asked = AUGMENTATIONS.filter((each) => Boolean(settings[each]));
  if (asked.length === 0) return [];
  if (shape.length !== 3) {
    throw new ConfigError(
      `${asked.map((each) => `--${each}`).join(", ")}: the samples of ${name} are no images. Leave ${asked.length === 1 ? "it" : "them"} out.`,
    );
  }
  const [, height, width] = shape as [number, number, number];
  if (shift > 0 && shift >= Math.min(height, width)) {
    throw new ConfigError(
      `--shift ${shift}: the images of ${name} are ${width} × ${height}, expected less than ${Math.min(height, width)}.`,
    );
  }
  return [new ImageAugmentation({ shape, flip, shift, noise })];
}
