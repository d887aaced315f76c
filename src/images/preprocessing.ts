/** How images become features, as a model's file has it: to which size, of how many channels, by which filter. */
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";

/** The one filter there is: see resize.ts. A file names it, so that another one can come. */
export const FILTER = "area-bilinear";

/** The largest width and height that images are brought to. */
export const MOST_SIDE = 4096;

/** In the model's file, under the key "preprocessing". */
export interface ImagePreprocessing {
  readonly kind: "images";
  readonly version: 1;
  /** Pixels, 1 ≤ width, height ≤ 4096. */
  readonly width: number;
  readonly height: number;
  /** 1: grey, 3: red, green, blue. Features are in the order (channels, height, width). */
  readonly channels: 1 | 3;
  readonly filter: typeof FILTER;
}

/** Features of an image. */
export const imageFeatures = ({ width, height, channels }: ImagePreprocessing): number =>
  width * height * channels;

export const imagePreprocessing = (width: number, height: number, channels: 1 | 3): ImagePreprocessing => ({
  kind: "images",
  version: 1,
  width,
  height,
  channels,
  filter: FILTER,
});

/** Whether a description out of a model's file says that it is of images. */
export const isOfImages = (description: unknown): boolean =>
  typeof description === "object" &&
  description !== null &&
  (description as { readonly kind?: unknown }).kind === "images";

/**
 * Checks a description out of a model's file, which may be anything.
 * @param where its place, for errors: the file
 * @throws ConfigError if it is none of images, or of a version, a size or a filter that there is not
 */
export function openImagePreprocessing(description: unknown, where: string): ImagePreprocessing {
  if (!isOfImages(description)) {
    throw new ConfigError(`${where}: the preprocessing is ${shown(description)}, expected one of images.`);
  }
  const { version, width, height, channels, filter } = description as Readonly<Record<string, unknown>>;
  const refuse = (name: string, value: unknown, expected: string) =>
    new ConfigError(
      `${where}: the preprocessing's ${name} is ${shown(value)}, expected ${expected}. Take a newer nnwasm, or the right file.`,
    );
  if (version !== 1) throw refuse("version", version, "1");
  if (!isSide(width)) throw refuse("width", width, `an integer from 1 to ${MOST_SIDE}`);
  if (!isSide(height)) throw refuse("height", height, `an integer from 1 to ${MOST_SIDE}`);
  if (channels !== 1 && channels !== 3) throw refuse("channels", channels, "1 or 3");
  if (filter !== FILTER) throw refuse("filter", filter, `"${FILTER}"`);
  return imagePreprocessing(width, height, channels);
}

/** Whether it is a width or height that images can be brought to. */
export const isSide = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_SIDE;
