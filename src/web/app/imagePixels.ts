/** The pixels of an image file, in the size that a model takes. */

/**
 * Decodes an image and brings it to a size, as well as the browser does it. (A training decodes its images by code of its own,
 * whose bits are the same everywhere. For one look at a model the browser's do.)
 * @returns (channels, height, width) bytes; channels 1: grey, 3: red, green, blue
 * @throws Error if it is no image that the browser reads
 */
export async function pixelsOfFile(
  file: Blob,
  { channels, height, width }: { readonly channels: number; readonly height: number; readonly width: number },
): Promise<Uint8Array> {
  const image = await createImageBitmap(file).catch(() => {
    throw new Error("It is no image that this browser reads. Open a PNG, JPEG or WebP file.");
  });
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  const area = width * height;
  return Uint8Array.from({ length: channels * area }, (_, i) => {
    const at = 4 * (i % area);
    if (channels === 3) return data[at + Math.floor(i / area)]!;
    return Math.round(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!);
  });
}
