/** Fetching a data set of several files from several addresses. What a single download does is in download.test.ts. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchFiles } from "../../src/data/fetchFiles.ts";
import type { FetchOptions, PublishedFiles } from "../../src/data/kind.ts";
import { mnist } from "../../src/data/mnist.ts";
import { mnistKind } from "../../src/data/mnistKind.ts";
import { DatasetError, FileError } from "../../src/errors.ts";
import { MNIST_NAMES, publishedMnist, writeMnist } from "../helpers/mnistFixture.ts";

const NAMES = MNIST_NAMES.map((name) => `${name}.gz`);

let root: string;
let folder: string;
let server: Server;
let origin: string;
let asked: string[];
let published: PublishedFiles;
let served: Map<string, Buffer>;
/** What the server does about a request; it gives the file unless this returns true. */
let before: (request: IncomingMessage, response: ServerResponse) => boolean;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nnwasm-fetch-files-"));
  folder = join(root, "cache", "mnist");
  asked = [];
  before = () => false;
  server = createServer((request, response) => {
    asked.push(`${request.url}${request.headers.range === undefined ? "" : ` ${request.headers.range}`}`);
    if (before(request, response)) return;
    const content = served.get(basename(request.url!));
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.setHeader("etag", '"v1"');
    if (start > 0) {
      response.writeHead(206, {
        "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
      });
    }
    response.end(content.subarray(start));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const made = publishedMnist([`${origin}/one/`, `${origin}/two`]);
  published = made.published;
  served = new Map(made.served);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true });
});

const fetchAll = (options: Partial<FetchOptions> = {}) =>
  fetchFiles({ folder, pauseMs: 1, attempts: 2, ...options }, published);

describe("fetchFiles", () => {
  it("puts all files into the folder, and only asks again if one is not there", async () => {
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    expect(await fetchAll({ onProgress })).toEqual({ folder, fetched: true });
    expect(asked).toEqual(NAMES.map((name) => `/one/${name}`));
    expect(await readdir(join(root, "cache"))).toEqual(["mnist"]);
    expect((await readdir(folder)).sort()).toEqual([...NAMES].sort());
    expect((await mnist(folder)).training.count).toBe(12);
    const total = published.files.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(progress.at(-1)).toEqual([total, total]);
    expect(progress.every(([done], i) => i === 0 || done >= progress[i - 1]![0])).toBe(true);
    expect(await fetchAll()).toEqual({ folder, fetched: false });
    expect(asked).toHaveLength(4);
  });

  it("takes unpacked files that are there for what they are", async () => {
    await writeMnist(folder, { gzip: false });
    expect(await fetchAll()).toEqual({ folder, fetched: false });
    const { verify, bytes, url } = mnistKind({ published }).files!.published!;
    expect(await verify(root, {})).toHaveLength(4);
    expect((await verify(folder, {})).map(({ name, ok }) => [name, ok])).toEqual(
      MNIST_NAMES.map((name) => [name, true]),
    );
    expect(bytes).toBe(published.files.reduce((sum, file) => sum + file.bytes, 0));
    expect(url).toBe(`${origin}/one/`);
  });

  it("replaces what is damaged, and leaves other files in the folder alone", async () => {
    await fetchAll();
    await writeFile(`${folder}/${NAMES[1]}`, "damaged");
    await writeFile(`${folder}/notes.txt`, "mine");
    expect(await fetchAll()).toEqual({ folder, fetched: true });
    expect((await readdir(folder)).sort()).toEqual([...NAMES, "notes.txt"].sort());
    expect(await readFile(`${folder}/${NAMES[1]}`)).toEqual(served.get(NAMES[1]!));
    expect(await readdir(join(root, "cache"))).toEqual(["mnist"]);
  });

  it("goes to the next address if one refuses, fails or gives another file", async () => {
    const notes: string[] = [];
    before = (request, response) => {
      if (!request.url!.startsWith("/one/")) return false;
      const place = NAMES.indexOf(basename(request.url!));
      if (place === 0) response.writeHead(403).end();
      else if (place === 1) response.writeHead(503).end();
      else if (place === 2) {
        const other = Buffer.from(served.get(NAMES[2]!)!);
        other[50]! ^= 1;
        response.end(other);
      } else response.destroy();
      return true;
    };
    const onRetry = (reason: string) => notes.push(reason);
    expect(await fetchAll({ onRetry })).toEqual({ folder, fetched: true });
    expect(asked.filter((url) => url.startsWith("/two/"))).toEqual(NAMES.map((name) => `/two/${name}`));
    expect(notes.join("\n")).toContain("HTTP 403");
    expect(notes.join("\n")).toContain("is not the published file: it has sha256");
  });

  it("says what the last address says, and keeps the whole files for another run", async () => {
    before = (request, response) => {
      if (basename(request.url!) !== NAMES[2]) return false;
      response.writeHead(404).end();
      return true;
    };
    await expect(fetchAll()).rejects.toThrow(
      new DatasetError(
        `${origin}/two/${NAMES[2]} answers HTTP 404 Not Found. Open the address in a browser, or try another one (--url).`,
      ),
    );
    expect(await readdir(join(root, "cache"))).toEqual(["mnist.part"]);
    before = () => false;
    asked = [];
    await fetchAll();
    expect(asked).toEqual(NAMES.slice(2).map((name) => `/one/${name}`));
  });

  it("goes on within a file after an interruption", async () => {
    const interrupt = new AbortController();
    const size = served.get(NAMES[0]!)!.length;
    before = (request, response) => {
      if (request.headers.range !== undefined || basename(request.url!) !== NAMES[0]) return false;
      response.writeHead(200, { etag: '"v1"', "content-length": size });
      response.write(served.get(NAMES[0]!)!.subarray(0, 1000));
      return true;
    };
    const onProgress = (done: number) => {
      if (done === 1000) interrupt.abort(new Error("Ctrl-C"));
    };
    await expect(fetchAll({ signal: interrupt.signal, onProgress })).rejects.toThrow("Ctrl-C");
    asked = [];
    expect(await fetchAll()).toEqual({ folder, fetched: true });
    expect(asked[0]).toBe(`/one/${NAMES[0]} bytes=1000-`);
    expect(await readFile(`${folder}/${NAMES[0]}`)).toEqual(served.get(NAMES[0]!));
  });

  it("asks only the address that is given", async () => {
    await fetchAll({ url: `${origin}/three` });
    expect(asked).toEqual(NAMES.map((name) => `/three/${name}`));
    await rm(folder, { recursive: true });
    before = (_, response) => {
      response.writeHead(404).end();
      return true;
    };
    await expect(fetchAll({ url: `${origin}/three` })).rejects.toThrow(`${origin}/three/${NAMES[0]} answers`);
  });

  it("notices a page that is no .gz at its first bytes, and a file that is too long", async () => {
    before = (_, response) => {
      response.end("<html>Log in</html>");
      return true;
    };
    await expect(fetchAll()).rejects.toThrow("answers with something else than expected");
    before = (request, response) => {
      response.end(Buffer.concat([served.get(basename(request.url!))!, Buffer.alloc(9)]));
      return true;
    };
    await expect(fetchAll()).rejects.toThrow("sends more than the expected");
  });

  it("does not take a larger file of an earlier run for its own", async () => {
    await mkdir(`${folder}.part`, { recursive: true });
    await writeFile(`${folder}.part/${NAMES[0]}.part`, Buffer.alloc(100_000));
    expect(await fetchAll()).toEqual({ folder, fetched: true });
  });

  it("says where it cannot write", async () => {
    await writeFile(join(root, "cache"), "a file");
    await expect(fetchAll()).rejects.toThrow(FileError);
  });
});
