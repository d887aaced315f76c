/** Numbers as pixels: images of bytes or of shares, and weights around 0. */
import type { Colors, Rgb } from "./colors.ts";

/**
 * What the numbers are. "bytes": 0 to 255. "unit": 0 to 1. "weights": any, of which 0 is the middle and the greatest size an end:
 * of one channel in two hues around the paper's colour, of three as red, green and blue around grey.
 */
export type PixelScale = "bytes" | "unit" | "weights";

export interface PixelShape {
  readonly width: number;
  readonly height: number;
  /** 1 or 3, one after another: all of red first. */
  readonly channels: number;
}

/** The greatest size of a number. Weights that are shown together are brought to one scale by it. */
export function reachOf(images: readonly ArrayLike<number>[]): number {
  let reach = 0;
  for (const image of images)
    for (let i = 0; i < image.length; i++) reach = Math.max(reach, Math.abs(image[i]!));
  return reach;
}

/** The diverging palette's colour at −1 to 1. */
function diverging(value: number, { paperRgb, positiveRgb, negativeRgb }: Colors): Rgb {
  const end = value < 0 ? negativeRgb : positiveRgb;
  const share = Math.min(1, Math.abs(value));
  return [0, 1, 2].map((i) => paperRgb[i]! + (end[i]! - paperRgb[i]!) * share) as unknown as Rgb;
}

/** The image's pixels. @param reach of weights: the size that gets the full colour */
export function pixelsOf(
  image: ArrayLike<number>,
  { width, height, channels }: PixelShape,
  scale: PixelScale,
  reach: number,
  palette: Colors,
): ImageData {
  const area = width * height;
  const data = new ImageData(width, height);
  const full = reach > 0 ? reach : 1;
  const byte = (value: number) =>
    scale === "bytes" ? value : scale === "unit" ? 255 * value : 127.5 * (1 + value / full);
  for (let i = 0; i < area; i++) {
    const rgb =
      channels === 1
        ? scale === "weights"
          ? diverging(image[i]! / full, palette)
          : [byte(image[i]!), byte(image[i]!), byte(image[i]!)]
        : [byte(image[i]!), byte(image[area + i]!), byte(image[2 * area + i]!)];
    data.data.set([rgb[0]!, rgb[1]!, rgb[2]!, 255], 4 * i);
  }
  return data;
}
