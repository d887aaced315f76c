/** Makes images for tests, as bytes of files and as folders of them. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";

/** Red, green, blue and alpha (255 if it is not given) of the pixel in a column and a row. */
export type Painter = (x: number, y: number) => readonly number[];

/** (height, width, 4) */
export function paint(width: number, height: number, painter: Painter): Uint8Array {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red = 0, green = 0, blue = 0, alpha = 255] = painter(x, y);
      data.set([red, green, blue, alpha], 4 * (y * width + x));
    }
  }
  return data;
}

export interface PngOptions {
  /** 0: grey, 2: colours, 4: grey and alpha, 6: colours and alpha. */
  readonly colorType?: 0 | 2 | 4 | 6;
  readonly bitDepth?: 8 | 16;
}

export function png(width: number, height: number, painter: Painter, options: PngOptions = {}): Buffer {
  const image = new PNG({ width, height });
  image.data.set(paint(width, height, painter));
  return PNG.sync.write(image, options);
}

/** A baseline JPEG with all colours of all pixels. */
export const jpg = (width: number, height: number, painter: Painter, quality = 95): Buffer =>
  Buffer.from(jpeg.encode({ width, height, data: paint(width, height, painter) }, quality).data);

/** A new folder with these files, by their paths in it. */
export function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-images-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
