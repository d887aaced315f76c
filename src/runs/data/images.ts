/** Images of the user's as the data of a run: a folder of them, or an array, with the split and what was understood. */
import type { Samples, UntestedDataset } from "../../data/dataset.ts";
import type { ArrayFiles } from "../../data/idxDataset.ts";
import type { ImageDataset } from "../../data/imageFolder.ts";
import { splitOwn } from "../../data/ownSplit.ts";
import { counted } from "../../format/words.ts";
import { type DataSettings, type Named, type OpenedData, ofTablesAlone, refuseSettings } from "./opened.ts";

/** @throws ConfigError if a setting is given that a folder of images does not have */
export const refuseForImages = (name: string, settings: DataSettings, named: Named): void =>
  refuseSettings(settings, ofTablesAlone, `${name} is a folder of images`, named);

/** A folder of images that has been opened, as the data of a run. @param name its path */
export function imagesData(
  name: string,
  { dataset, understanding }: ImageDataset,
  settings: DataSettings,
): OpenedData {
  const { split, warnings } = splitOf(name, dataset, settings);
  const [channels, height, width] = dataset.shape;
  const { sizes, differentSizes } = understanding;
  const inSizes =
    differentSizes === 1 ? `${sizes[0]!.width} × ${sizes[0]!.height}` : `of ${differentSizes} sizes`;
  return {
    dataset: { ...dataset, name, origin: "a folder of images", split },
    kind: "images",
    understood: [
      `${name}: ${counted(understanding.images, "image")} in ${counted(understanding.classes.length, "class").replace("classs", "classes")}, ` +
        `${inSizes}, ` +
        `as ${width} × ${height} in ${channels === 1 ? "grey" : "colours"}`,
    ],
    warnings: [...understanding.warnings, ...warnings],
  };
}

/**
 * Opens an array of images (IDX, NPY), with its labels, as the data of a run.
 * @param files where it lies. Default: on the disk
 * @throws ConfigError if a setting is given that it does not have; as openIdxPair()
 */
export async function openArrayImages(
  path: string,
  settings: DataSettings,
  named: Named,
  files?: ArrayFiles,
): Promise<OpenedData> {
  const { openIdxPair } = await import("../../data/idxDataset.ts");
  const allowed = ["target"];
  refuseSettings(
    settings,
    [...ofTablesAlone.filter((name) => !allowed.includes(name)), "size"],
    `${path} is an array of images`,
    named,
  );
  const { samples, shape, features, classNames, format } = await openIdxPair(path, settings.target?.[0], {
    files,
  });
  const dataset: UntestedDataset = {
    name: path,
    origin: `${format} images`,
    shape,
    features,
    classNames,
    classes: classNames.length,
    training: samples,
  };
  const { split, warnings } = splitOf(path, dataset, settings);
  const { test } = settings;
  return {
    dataset: {
      ...{ ...dataset, split },
      test:
        test === undefined ? undefined : (await openIdxPair(test, undefined, { classNames, files })).samples,
    },
    ...{ kind: "images", understood: [], warnings },
  };
}

/** The split of images: as their folders divide them, or at random, each class with its share. */
function splitOf(
  name: string,
  { training, split }: UntestedDataset,
  { validation, limit, seed }: DataSettings,
): Required<Pick<UntestedDataset, "split">> & { readonly warnings: readonly string[] } {
  if (split !== undefined) {
    const train = limit === undefined ? split.train : split.train.subarray(0, limit);
    return { split: { ...split, train }, warnings: [] };
  }
  const {
    train,
    validation: held,
    warnings,
  } = splitOwn(training.count, {
    ...{ name, validation, limit, seed, classes: classesOf(training) },
  });
  return { split: { train, validation: held }, warnings };
}

const classesOf = (samples: Samples): ArrayLike<unknown> | undefined => samples.labels?.();
