import { deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { decodeImage, inspectImage } from "../../src/images/decode.ts";
import type { Refused } from "../../src/images/inspected.ts";
import { Random } from "../../src/random.ts";
import { jpg, paint, png } from "../helpers/imageFiles.ts";
import {
  type BlockJpeg,
  blockJpeg,
  chunk,
  header,
  orientation,
  type RawPng,
  rawPng,
  rowsOf,
} from "../helpers/rawImages.ts";

const pixels = async (bytes: Uint8Array) => {
  const { width, height, data } = await decodeImage(bytes);
  return { width, height, data: [...data] };
};

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await decodeImage(bytes).catch((error: unknown) => error);
  expect(error).toHaveProperty("step");
  return `${(error as Refused).message}. ${(error as Refused).step}`;
}

const COPY = "Replace it by a good copy, or remove it.";

describe("PNG", () => {
  const full = (depth: number) => 2 ** depth - 1;
  /** A sample of any depth that differs from place to place. */
  const sample = (x: number, y: number, channel: number, depth: number) =>
    (x * 7 + y * 13 + channel * 29 + ((x * y) % 5) * (depth === 16 ? 4096 : 1)) % (full(depth) + 1);
  const palette = Array.from({ length: 16 }, (_, i) => [16 * i, 255 - 16 * i, (i * 37) % 256]);
  const scaled = (value: number, depth: number) => Math.floor((value * 255) / full(depth) + 0.5);

  const samplesOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
  const kinds = ([0, 2, 3, 4, 6] as const).flatMap((colour) =>
    (colour === 0 ? [1, 2, 4, 8, 16] : colour === 3 ? [1, 2, 4, 8] : [8, 16]).flatMap((depth) =>
      [false, true].map((interlaced) => [colour, depth as RawPng["depth"], interlaced] as const),
    ),
  );

  it.each(kinds)("of colour type %d, %d bits, interlaced %s", async (colour, depth, interlaced) => {
    for (const [width, height] of [
      [1, 1],
      [3, 2],
      [9, 10],
      [17, 5],
    ] as const) {
      const count = samplesOf[colour];
      const most = colour === 3 ? Math.min(full(depth) + 1, 16) : full(depth) + 1;
      const at = (x: number, y: number) =>
        Array.from({ length: count }, (_, channel) => sample(x, y, channel, depth) % most);
      const bytes = rawPng({
        ...{ width, height, depth, colour, interlaced, at },
        ...(colour === 3 && { palette: palette.slice(0, most).flat() }),
      });
      const expected = paint(width, height, (x, y) => {
        const values = at(x, y);
        if (colour === 3) return palette[values[0]!]!;
        const [a, b, c, d] = values.map((value) => scaled(value, depth)) as [number, number, number, number];
        if (colour === 0) return [a, a, a];
        if (colour === 4) return [a, a, a, b];
        return colour === 2 ? [a, b, c] : [a, b, c, d];
      });
      expect(await pixels(bytes)).toEqual({ width, height, data: [...expected] });
      const grey = colour === 0 || colour === 4;
      expect(inspectImage(bytes)).toMatchObject({ format: "PNG", width, height, grey });
    }
  });

  it.each(kinds)(
    "has the pixels of pngjs: colour type %d, %d bits, interlaced %s",
    async (colour, depth, interlaced) => {
      const random = new Random(colour * 100 + depth * 2 + Number(interlaced), "png");
      for (let round = 0; round < 12; round++) {
        const [width, height] = [1 + random.below(23), 1 + random.below(23)];
        // Each row with a filter of its own, and any bytes; a palette has all the colours that they can name.
        const rows = rowsOf(width, height, interlaced).flatMap((columns) => [
          random.below(5),
          ...Array.from({ length: Math.ceil((columns * samplesOf[colour] * depth) / 8) }, () =>
            random.below(256),
          ),
        ]);
        const colours = 2 ** Math.min(depth, 8);
        const transparency = Array.from({ length: colour === 3 ? 1 + random.below(colours) : 6 }, () =>
          random.below(4),
        );
        const bytes = rawPng({
          ...{
            width,
            height,
            depth,
            colour,
            interlaced,
            at: () => [],
            data: deflateSync(Uint8Array.from(rows)),
          },
          ...(colour === 3 && { palette: Array.from({ length: 3 * colours }, () => random.below(256)) }),
          ...(random.below(2) === 0 && { transparency }),
        });
        const { data } = PNG.sync.read(bytes);
        expect(await pixels(bytes)).toEqual({ width, height, data: [...data] });
      }
    },
  );

  it("with a transparent colour, or a palette with alpha", async () => {
    const at = (x: number) => [x];
    const grey = rawPng({ width: 3, height: 1, depth: 2, colour: 0, transparency: [0, 1], at });
    expect((await pixels(grey)).data).toEqual([0, 0, 0, 255, 0, 0, 0, 0, 170, 170, 170, 255]);
    const coloured = rawPng({
      ...{ width: 2, height: 1, depth: 1, colour: 3, at },
      ...{ palette: [1, 2, 3, 4, 5, 6], transparency: [128] },
    });
    expect((await pixels(coloured)).data).toEqual([1, 2, 3, 128, 4, 5, 6, 255]);
  });

  it("with a palette of greys is grey, with bytes behind its end is read, with filters too", async () => {
    const at = (x: number) => [x];
    const greys = rawPng({ width: 2, height: 1, depth: 1, colour: 3, palette: [0, 0, 0, 9, 9, 9], at });
    expect(inspectImage(greys).grey).toBe(true);
    expect((await pixels(Buffer.concat([greys, Buffer.from("more")]))).width).toBe(2);
    const painter = (x: number, y: number) => [x * y, 255 - x, y, 255 - x * 3];
    const filtered = png(40, 30, painter, { colorType: 6 });
    expect((await pixels(filtered)).data).toEqual([...paint(40, 30, painter)]);
  });

  const small: RawPng = { width: 2, height: 2, depth: 8, colour: 0, at: (x, y) => [x + y] };
  const whole = rawPng(small);
  const signature = whole.subarray(0, 8);
  const end = chunk("IEND", Uint8Array.of());
  const withHeader = (changes: Partial<RawPng>, data = deflateSync(Buffer.alloc(6))) =>
    Buffer.concat([signature, header({ ...small, ...changes }), chunk("IDAT", data), end]);

  it.each([
    ["cut in a chunk", whole.subarray(0, 50), "ends after 50 bytes, within its chunk IDAT, which ends at"],
    ["cut before a chunk", whole.subarray(0, whole.length - 12), "before its chunk IEND"],
    [
      "another byte",
      Buffer.concat([whole.subarray(0, 45), Buffer.of(0xaa), whole.subarray(46)]),
      "has a damaged chunk IDAT at byte 33: its CRC is wrong",
    ],
    ["no header", Buffer.concat([signature, end]), "does not begin with a chunk IHDR"],
    ["a width of 0", withHeader({ width: 0 }), "says that it has 0 × 2 pixels"],
    ["a depth that there is not", withHeader({ depth: 3 as 8 }), "says that its colour type is 0 of 3 bits"],
    ["4 bits of colours", withHeader({ colour: 2, depth: 4 }), "says that its colour type is 2 of 4 bits"],
    ["no palette", withHeader({ colour: 3 }), "has colours of a palette, but no chunk PLTE"],
    ["too few rows", withHeader({ height: 3 }), "is damaged: it has 6 bytes of pixels, expected 9"],
    [
      "too few rows, interlaced",
      withHeader({ height: 9, interlaced: true }),
      "is damaged: it has 6 bytes of pixels",
    ],
    ["no stream", withHeader({}, Buffer.from("no zlib")), "is damaged: incorrect header check"],
    ["a filter that there is not", withHeader({}, deflateSync(Buffer.of(9, 0, 0, 9, 0, 0))), "is damaged: "],
    ["two headers", Buffer.concat([signature, header(small), header(small), end]), "has two headers"],
    [
      "a chunk that must be known",
      Buffer.concat([signature, header(small), chunk("ABCD", Buffer.of(1)), whole.subarray(33)]),
      "is damaged: ",
    ],
  ])("damaged, %s: says what", async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
    expect(await refusal(bytes)).toContain(COPY);
  });

  describe("bombs are refused before anything is unpacked", () => {
    const kilobyte = deflateSync(Buffer.alloc(1_000_000));
    it.each([
      ["sides", { width: 2 ** 31 - 1, height: 2 ** 31 - 1 }, "expected 50 million at most"],
      ["a side", { width: 70_000, height: 1 }, "expected 50 million at most"],
      [
        "bits",
        { width: 6000, height: 6000, depth: 16, colour: 6 },
        "unpacks to 288006000 bytes (6000 × 6000 pixels of 64 bits), expected 200000000 at most",
      ],
      [
        "data that cannot be that much",
        { width: 7000, height: 7000 },
        "cannot hold the 7000 × 7000 pixels that its header says",
      ],
      [
        "many pixels in few bytes",
        { width: 5000, height: 5000, depth: 1 },
        "has 5000 × 5000 pixels in 10000 bytes, expected 10 million at most of so few. Make it smaller, or remove it.",
      ],
    ] as const)("by their %s", async (_, changes, message) => {
      const before = process.memoryUsage().arrayBuffers;
      const data = changes.width === 5000 ? Buffer.alloc(10_000) : kilobyte;
      expect(await refusal(withHeader(changes, data))).toContain(message);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
    });

    it.each([false, true])("that unpack to more than they say, interlaced %s", async (interlaced) => {
      const endless = deflateSync(Buffer.alloc(60_000_000));
      const before = process.memoryUsage().arrayBuffers;
      const bytes = withHeader({ interlaced, width: 20, height: 20 }, endless);
      expect(await refusal(bytes)).toContain("is damaged: it has more pixels than its header says");
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
    });
  });
});

describe("JPEG", () => {
  const rows = [
    [8, 248, 128],
    [64, 16, 200],
  ];
  const other = [
    [128, 128, 64],
    [128, 200, 128],
  ];
  const even = rows.map((row) => row.map(() => 128));
  const clamp = (value: number) => Math.min(255, Math.max(0, Math.trunc(value)));
  const valuesAt = (image: BlockJpeg, x: number, y: number, side: number) =>
    image.components.map((values) => values[Math.floor(y / side)]![Math.floor(x / side)]!);

  it.each([
    ["grey", { components: [rows] }],
    ["grey, progressive", { components: [rows], progressive: true }],
    ["colours", { components: [rows, other, even] }],
    ["colours, progressive", { components: [rows, even, other], progressive: true }],
    ["colours, subsampled", { components: [rows, other, other], subsampled: true }],
    [
      "colours, subsampled, progressive",
      { components: [rows, other, even], subsampled: true, progressive: true },
    ],
    ["colours that do not fill their blocks", { components: [rows, other, even], width: 19, height: 10 }],
  ] as const)("of blocks: %s", async (_, options) => {
    const image: BlockJpeg = { columns: 3, rows: 2, ...options };
    const side = image.subsampled ? 16 : 8;
    const { width = 3 * side, height = 2 * side } = image;
    const expected = paint(width, height, (x, y) => {
      const [Y, Cb = 128, Cr = 128] = valuesAt(image, x, y, side) as [number, number, number];
      const [b, r] = [Cb - 128, Cr - 128];
      return [clamp(Y + 1.402 * r), clamp(Y - 0.3441363 * b - 0.71413636 * r), clamp(Y + 1.772 * b)];
    });
    const bytes = blockJpeg(image);
    expect(await pixels(bytes)).toEqual({ width, height, data: [...expected] });
    expect(inspectImage(bytes)).toMatchObject({
      ...{ format: "JPEG", width, height, grey: image.components.length === 1 },
    });
  });

  it("whose components are red, green and blue, by Adobe's marker or by their names", async () => {
    const adobe = [0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0]] as const;
    const jfif = [0xe0, [...Buffer.from("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]] as const;
    const image: BlockJpeg = { columns: 3, rows: 2, components: [rows, other, even] };
    const names = [..."RGB"].map((name) => name.charCodeAt(0));
    const rgb = [...paint(24, 16, (x, y) => valuesAt(image, x, y, 8))];
    expect((await pixels(blockJpeg({ ...image, segments: [adobe] }))).data).toEqual(rgb);
    expect((await pixels(blockJpeg({ ...image, ids: names }))).data).toEqual(rgb);
    const plain = (await pixels(blockJpeg(image))).data;
    expect((await pixels(blockJpeg({ ...image, segments: [jfif], ids: names }))).data).toEqual(plain);
    expect(plain).not.toEqual(rgb);
  });

  it("is read nearly as it was painted, with bytes behind its end too", async () => {
    const painter = (x: number, y: number) => [4 * x, 4 * y, 128];
    const { data } = await pixels(Buffer.concat([jpg(40, 30, painter), Buffer.from("more")]));
    const exact = paint(40, 30, painter);
    const errors = data.map((value, i) => Math.abs(value - exact[i]!));
    expect(Math.max(...errors)).toBeLessThan(16);
  });

  it.each([
    [1, 24, 16, "abc def"],
    [2, 24, 16, "cba fed"],
    [3, 24, 16, "fed cba"],
    [4, 24, 16, "def abc"],
    [5, 16, 24, "ad be cf"],
    [6, 16, 24, "da eb fc"],
    [7, 16, 24, "fc eb da"],
    [8, 16, 24, "cf be ad"],
    [9, 24, 16, "abc def"],
  ])("is turned as Exif says: %d", async (value, width, height, seen) => {
    const bytes = blockJpeg({ columns: 3, rows: 2, components: [rows], segments: [orientation(value)] });
    const image = await pixels(bytes);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(inspectImage(bytes)).toMatchObject({ width, height });
    const letters = new Map(rows.flat().map((value, i) => [value, "abcdef"[i]]));
    const lines = Array.from({ length: height / 8 }, (_, r) =>
      Array.from({ length: width / 8 }, (_, c) => letters.get(image.data[4 * (8 * r * width + 8 * c)]!)).join(
        "",
      ),
    );
    expect(lines.join(" ")).toBe(seen);
  });

  const whole = blockJpeg({ columns: 3, rows: 2, components: [rows, other, even] });
  const frame = whole.indexOf(Buffer.of(0xff, 0xc0));
  const scan = whole.indexOf(Buffer.of(0xff, 0xda));
  const changed = (at: number, ...bytes: number[]) => {
    const copy = Buffer.from(whole);
    copy.set(bytes, at);
    return copy;
  };
  const spliced = (at: number, piece: Uint8Array) =>
    Buffer.concat([whole.subarray(0, at), piece, whole.subarray(at)]);

  it.each([
    ["cut in its data", whole.subarray(0, whole.length - 3), "before its end marker"],
    ["cut in a segment", whole.subarray(0, frame + 8), `ends after ${frame + 8} bytes, within a segment`],
    ["cut between", whole.subarray(0, frame), `ends after ${frame} bytes, before its end marker`],
    ["nothing in it", Buffer.of(0xff, 0xd8, 0xff, 0xd9), "has no image in it"],
    ["no marker where one should be", spliced(frame, Buffer.of(7)), `has no marker at byte ${frame}`],
    ["an unknown marker", spliced(frame, Buffer.of(0xff, 0x05, 0, 2)), "has an unknown marker 0xff05"],
    ["a segment of one byte", spliced(frame, Buffer.of(0xff, 0xe3, 0, 1)), "has a segment of 1 bytes"],
    ["12 bits", changed(frame + 4, 12), "has 12 bits a sample, expected 8"],
    ["a height of 0", changed(frame + 5, 0, 0), "says that it has 24 × 0 pixels"],
    ["two components", changed(frame + 9, 2), "has a damaged frame header"],
    ["a factor of 0", changed(frame + 11, 0x01), "has a damaged frame header"],
    ["two frames", spliced(frame, whole.subarray(frame, frame + 19)), "has two frames"],
    ["a scan of another component", changed(scan + 5, 9), "has a damaged scan header"],
    [
      "no frame",
      Buffer.concat([whole.subarray(0, frame), whole.subarray(frame + 19)]),
      "has a scan before its frame",
    ],
    [
      "codes that there are not",
      Buffer.concat([whole.subarray(0, scan + 14), Buffer.from([...Array(9).fill(0xee), 0xff, 0xd9])]),
      "is damaged: ",
    ],
  ])("damaged, %s: says what", async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
  });

  it("of a rare kind says so, and what to do", async () => {
    expect(await refusal(changed(frame + 1, 0xc9))).toBe(
      "is a JPEG of a rare kind (lossless, hierarchical or with arithmetic coding). Save it as baseline or progressive JPEG, or as PNG.",
    );
  });

  it("bombs are refused before anything is allocated", async () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusal(changed(frame + 5, 0xff, 0xff, 0xff, 0xff))).toContain(
      "says that it has 65535 × 65535 pixels, expected 50 million at most",
    );
    expect(await refusal(changed(frame + 5, 0x1b, 0x58, 0x1b, 0x58))).toContain(
      "which cannot hold the 7000 × 7000 pixels that it says it has",
    );
    const room = Buffer.alloc(200_000);
    const thin = Buffer.concat([
      changed(frame + 5, 0x0f, 0xa0, 0x0f, 0xa0).subarray(0, -2),
      room,
      Buffer.of(0xff, 0xd9),
    ]);
    expect(await refusal(thin)).toMatch(/^has 4000 × 4000 pixels in 2000\d\d bytes, expected 10 million/);
    // A scan takes time for all pixels, however short it is.
    const one = whole.subarray(scan, whole.length - 2);
    const scans = Buffer.concat([whole.subarray(0, scan), ...Array(200).fill(one), Buffer.of(0xff, 0xd9)]);
    expect(await refusal(scans)).toContain("has more than 100 scans");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
  });
});

it.each([
  ["", "is empty. Replace"],
  ["hello, world", "is no image: it begins neither as a PNG nor as a JPEG does. Replace"],
  ["GIF89a…", "is a GIF, expected a PNG or a JPEG. Save it as one of them, or remove it."],
  ["RIFF1234WEBPVP8 ", "is a WebP image, expected"],
  ["BM12345", "is a BMP image, expected"],
  ["1234ftypheic", "is a HEIC or AVIF image, expected"],
  ["<!doctype html>", "is an SVG or HTML text, expected"],
])("what is no PNG or JPEG is said: %j", async (text, message) => {
  expect(await refusal(Buffer.from(text, "latin1"))).toContain(message);
});
