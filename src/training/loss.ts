/** The loss of a training of the command line, and the weights of classes in it. */
import type { Dataset, Samples } from "../data/dataset.ts";
import { ConfigError } from "../errors.ts";
import { type Loss, type LossKind, losses, lossesFor } from "../losses/index.ts";
import { type ClassWeight, requireClasses } from "../model/classWeights.ts";
import { pickOptions } from "../options.ts";
import { lossOptions, ownersOf } from "../settings/ofLosses.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { targetsOf } from "../targets.ts";

/** What is asked of a data set here. */
export type Labelled = Pick<Dataset, "name" | "classes" | "classNames" | "targets">;

/**
 * The loss that the settings name, or the usual one for the data's targets.
 * @param named how errors write the name of a setting
 * @throws ConfigError if it is for other targets, has not an option that is given, or if there are no such classes to weigh
 */
export function lossFor(
  settings: TrainSettings,
  data: Labelled,
  named: (key: keyof TrainSettings) => string = String,
): Loss {
  const { kind } = targetsOf(data);
  const suitable = lossesFor(kind);
  const name = settings.loss ?? suitable[0]!;
  if (!suitable.includes(name)) {
    throw new ConfigError(
      `${named("loss")} ${name} is for ${losses[name].create({}).targets.join(" and ")}, and ${data.name} has ${kind}. ` +
        `There are: ${suitable.join(", ")}.`,
    );
  }
  const { options = {}, create }: LossKind = losses[name];
  for (const option of lossOptions()) {
    const value = (settings as unknown as Readonly<Record<string, unknown>>)[option];
    if (value === undefined || Object.hasOwn(options, option)) continue;
    throw new ConfigError(
      `${named(option as keyof TrainSettings)} is of ${named("loss")} ${ownersOf(option).join(" or ")}, not of ${name}. ` +
        "Leave it out, or choose that loss.",
    );
  }
  const loss = create(pickOptions(settings, Object.keys(options) as (keyof TrainSettings)[]));
  requireClasses(settings.classWeight, data, loss, named("classWeight"));
  return loss;
}

/** The weights of classes as fit() takes them: by number, if the samples themselves have no names of classes. */
export function classWeightFor(
  { classWeight }: TrainSettings,
  { classNames }: Labelled,
  samples: Samples,
): ClassWeight | undefined {
  if (classWeight === undefined || classWeight === "balanced" || samples.classNames !== undefined)
    return classWeight;
  return Object.fromEntries(
    Object.entries(classWeight).map(([name, weight]) => [String(classNames.indexOf(name)), weight]),
  );
}
