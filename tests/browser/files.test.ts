/** Files in Chromium: tables, CIFAR-10, MNIST and images have Node's bits there, and Node's errors. */
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { FILES, fileContent } from "../helpers/cifarFixture.ts";
import { jpg, png } from "../helpers/imageFiles.ts";
import { contents as digits, MNIST_NAMES } from "../helpers/mnistFixture.ts";
import { rawPng } from "../helpers/rawImages.ts";
import { chromium, nowhere, withChromium } from "./chromium.ts";
import { type Contents, results } from "./files.ts";
import { bundle, serve } from "./serve.ts";

const rows = Array.from({ length: 90 }, (_, i) => ({
  rooms: i % 8 === 5 ? "" : `${i % 7}`,
  city: ["Bern", "Rome", "Ürümqi", '"a ""b"", c"', "  ", "n/a"][i % 6]!,
  built: `${1 + (i % 28)}/${1 + (i % 12)}/2${(i * 7) % 10}24`,
  price: i % 11 === 3 ? "" : `${10 * (i % 7) + i * 3 + ((i * 17) % 5)}`,
}));
const csv = [Object.keys(rows[0]!).join(), ...rows.map((row) => Object.values(row).join())].join("\r\n");

function parquet(codec: "SNAPPY" | "GZIP" | "BROTLI"): Buffer {
  const columnData = [
    { name: "rooms", data: rows.map((_, i) => i % 7), type: "INT32" as const },
    { name: "city", data: rows.map(({ city }) => city), type: "STRING" as const },
    { name: "price", data: rows.map((_, i) => i * 1.5 + (i % 4)), type: "DOUBLE" as const },
  ];
  const compressors = {
    GZIP: (bytes: Uint8Array) => gzipSync(bytes),
    BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
  };
  return Buffer.from(parquetWriteBuffer({ columnData, codec, compressors } as never));
}

const painter = (x: number, y: number) => [(x * 37) % 256, (y * 53) % 256, (x * y) % 256, 255 - x];
const files: Readonly<Record<string, Uint8Array | string>> = {
  "tables/blanks.csv": csv,
  "tables/semicolons.csv.gz": Buffer.concat([gzipSync(csv.slice(0, 900)), gzipSync(csv.slice(900))]),
  "tables/wide.csv": Buffer.from(`\ufeff${csv}`, "utf16le"),
  "tables/latin.csv": Buffer.from(csv.replaceAll("Ürümqi", "Zürich"), "latin1"),
  "tables/lines.jsonl": rows.map((row) => JSON.stringify(row)).join("\n"),
  "tables/snappy.parquet": parquet("SNAPPY"),
  "tables/gzip.parquet": parquet("GZIP"),
  "tables/brotli.parquet": parquet("BROTLI"),
  "tables/passengers.csv": readFileSync(
    new URL("../fixtures/tables/passengers.train.csv", import.meta.url),
    "utf8",
  ).replace(/^(.*)outcome/, "$1price"),
  "bad/empty.csv": "",
  "bad/quote.csv": 'a,price\n1,"2\n3,4\n',
  "bad/short.csv": "a,b,price\n1,2,3\n4,5\n6,7,8\n",
  "bad/cut.parquet": parquet("SNAPPY").subarray(0, 300),
  "bad/sum.csv.gz": gzipSync(csv).map((byte, i, { length }) => (i === length - 8 ? byte ^ 1 : byte)),
  "bad/book.xlsx": "PK",
  ...Object.fromEntries(FILES.map((name, i) => [`cifar/${name}`, fileContent(i, 700)])),
  ...Object.fromEntries(
    digits(12, 5).map((bytes, i) => [`mnist/${MNIST_NAMES[i]}.gz`, gzipSync(bytes)] as const),
  ),
  "pets/cat/1.png": png(19, 7, painter),
  "pets/cat/2.jpg": jpg(40, 31, painter),
  "pets/cat/3.png": rawPng({
    ...{ width: 11, height: 13, depth: 4, colour: 3, interlaced: true },
    ...{ palette: [1, 2, 3, 4, 5, 6, 7, 8, 9], transparency: [9, 200], at: (x, y) => [(x + y) % 3] },
  }),
  "pets/dog/1.png": png(25, 25, painter, { colorType: 4, bitDepth: 16 }),
  "pets/dog/2.jpeg": jpg(8, 64, painter, 60),
  "pets/dog/3.png": rawPng({ width: 6, height: 6, depth: 16, colour: 2, at: (x, y) => [x, y * 900, x * y] }),
  "pets/dog/notes.txt": "x",
};
const contents: Contents = Object.fromEntries(
  Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString("base64")]),
);

describe.skipIf(chromium === undefined)(`Files in Chromium${nowhere}`, () => {
  let server: Server | undefined;
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it("have Node's bits, what is understood of them, and Node's errors", async () => {
    const inNode = JSON.parse(JSON.stringify(await results(contents)));
    // That it fails where it should, and nowhere else.
    const failed = Object.entries(inNode).flatMap(([name, found]) =>
      typeof found === "string" && /Error: /.test(found) ? [name] : [],
    );
    expect(failed).toEqual([
      ...Object.keys(files).filter((path) => path.startsWith("bad/")),
      ...["too few files of CIFAR-10", "a damaged image", "a damaged model"],
    ]);
    let onResults: (results: Record<string, unknown>) => void;
    const found = new Promise<Record<string, unknown>>((resolve) => {
      onResults = resolve;
    });
    const script = `globalThis.contents = ${JSON.stringify(contents)};\n${await bundle("filesPage.ts")}`;
    server = await serve<Record<string, unknown>>(script, (posted) => onResults(posted));
    const { port } = server.address() as AddressInfo;
    const inPage = await withChromium(`http://127.0.0.1:${port}/strict/`, found);
    for (const [name, expected] of Object.entries(inNode))
      expect([name, inPage[name]]).toEqual([name, expected]);
    expect(Object.keys(inPage)).toEqual(Object.keys(inNode));
  });
});
