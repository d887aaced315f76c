import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cifar10 } from "../../src/data/cifar10.ts";
import { CIFAR10_ARCHIVE } from "../../src/data/cifar10Kind.ts";
import { fetchCifar10, verifyCifar10 } from "../../src/data/fetch.ts";
import type { FetchOptions, PublishedArchive } from "../../src/data/kind.ts";
import { ConfigError, DatasetError, FileError } from "../../src/errors.ts";
import {
  type ArchiveFixture,
  cifarArchive,
  FILES,
  fileContent,
  publishedEntries,
  type TarEntry,
} from "../helpers/cifarFixture.ts";

const RECORDS = 4; // in each file
const good = cifarArchive(RECORDS);
const SIZE = good.gzip.length;
const GOES_ON = "Run the same again, and it goes on from there.";

let root: string;
let server: Server;
let origin: string;
let url: string;
let asked: IncomingMessage[];
/** What the server does, request by request; the last one is repeated. */
let script: ((request: IncomingMessage, response: ServerResponse) => void)[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nnwasm-download-"));
  asked = [];
  script = [serve()];
  server = createServer((request, response) => {
    asked.push(request);
    script[Math.min(asked.length, script.length) - 1](request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = `${origin}/cifar.tar.gz`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true });
});

interface Answer {
  readonly body?: Buffer;
  readonly etag?: string | null;
  readonly lastModified?: string;
  /** Send this many bytes of what was asked for, and cut the connection when they are in the file. */
  readonly cutAfter?: number;
  readonly ranges?: boolean;
}

/** A server that does what HTTP asks of it, until it cuts the connection. */
function serve({ body = good.gzip, etag = '"v1"', lastModified, cutAfter, ranges = true }: Answer = {}) {
  return (request: IncomingMessage, response: ServerResponse) => {
    if (etag !== null) response.setHeader("etag", etag);
    if (lastModified) response.setHeader("last-modified", lastModified);
    const condition = request.headers["if-range"];
    const current = condition === undefined || condition === etag || condition === lastModified;
    const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    let start = 0;
    if (match && ranges && current) {
      start = Number(match[1]);
      response.statusCode = 206;
      response.setHeader("content-range", `bytes ${start}-${body.length - 1}/${body.length}`);
    }
    if (start > 0 && start >= body.length) {
      response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
      return;
    }
    const rest = body.subarray(start);
    response.setHeader("content-length", rest.length);
    if (cutAfter === undefined) response.end(rest);
    else if (cutAfter === 0) response.destroy();
    else {
      response.write(rest.subarray(0, cutAfter));
      void destroyWhen(start + cutAfter, response);
    }
  };
}

/** Cuts the connection when so many bytes are in the file: earlier, and those on their way might be lost. */
async function destroyWhen(bytes: number, response: ServerResponse): Promise<void> {
  const arrived = () => stat(part()).then(({ size }) => size >= bytes);
  await vi.waitUntil(() => arrived().catch(() => false), { timeout: 60_000, interval: 1 });
  response.destroy();
}

const status = (code: number, headers: Record<string, string> = {}) => {
  return (_: IncomingMessage, response: ServerResponse) => response.writeHead(code, headers).end("no");
};

/** fetchCifar10 from the test's server, with short pauses. */
function fetchInto(
  options: Partial<FetchOptions> = {},
  archive: PublishedArchive = good.archive,
): ReturnType<typeof fetchCifar10> {
  return fetchCifar10({ folder: root, url, attempts: 3, stallMs: 60_000, pauseMs: 1, ...options }, archive);
}

const failure = (options?: Partial<FetchOptions>, archive?: PublishedArchive): Promise<Error> =>
  fetchInto(options, archive).then(
    () => expect.fail("it succeeded"),
    (error) => error,
  );

/** The download as it was left behind. */
const part = () => join(root, "cifar-10-binary.tar.gz.part");
const partSize = async () => (await readFile(part())).length;
const ranges = () => asked.map(({ headers }) => headers.range);

/** Asserts that the data set is there, whole, and nothing else. */
async function expectFetched() {
  const folder = join(root, "cifar-10-batches-bin");
  for (const [index, name] of FILES.entries()) {
    expect(Buffer.compare(await readFile(join(folder, name)), fileContent(index, RECORDS))).toBe(0);
  }
  expect((await readdir(root, { recursive: true })).sort()).toEqual(
    ["cifar-10-batches-bin", ...FILES.map((name) => join("cifar-10-batches-bin", name))].sort(),
  );
}

describe("a download", () => {
  it("puts the six files where cifar10() opens them", async () => {
    const progress: [number, number][] = [];
    let unpacking = 0;
    const result = await fetchInto({
      onProgress: (done, total) => progress.push([done, total]),
      onUnpack: () => unpacking++,
    });
    expect(result).toEqual({ folder: `${root}/cifar-10-batches-bin`, fetched: true });
    await expectFetched();
    expect(progress.at(-1)).toEqual([SIZE, SIZE]);
    expect(unpacking).toBe(1);
    expect(asked).toHaveLength(1);
    expect(asked[0].headers).toMatchObject({ "accept-encoding": "identity" });
    expect(ranges()).toEqual([undefined]);
    expect((await cifar10(root, { recordsPerFile: RECORDS })).training.count).toBe(5 * RECORDS);
  });

  it("is not made when the files are there", async () => {
    await fetchInto();
    expect(await fetchInto()).toEqual({ folder: `${root}/cifar-10-batches-bin`, fetched: false });
    expect(asked).toHaveLength(1);
  });

  it("is made again when one of the files is damaged", async () => {
    await fetchInto();
    await writeFile(join(root, "cifar-10-batches-bin", "data_batch_3.bin"), new Uint8Array(RECORDS * 3073));
    await writeFile(join(root, "cifar-10-batches-bin", "notes.txt"), "the user's own");
    expect((await fetchInto()).fetched).toBe(true);
    await rm(join(root, "cifar-10-batches-bin", "notes.txt")); // it is still there
    await expectFetched();
  });

  it("removes what a run that was killed while it unpacked has left", async () => {
    await mkdir(join(root, "cifar-10-batches-bin.tmp"));
    await writeFile(join(root, "cifar-10-batches-bin.tmp", "data_batch_1.bin"), "half");
    await fetchInto();
    await expectFetched();
  });

  it.each([0, 1, 2, 10, 511, 512, 513, SIZE >> 1, SIZE - 8, SIZE - 1])(
    "that is cut after %i bytes goes on from there",
    async (cutAfter) => {
      script = [serve({ cutAfter }), serve()];
      await fetchInto();
      await expectFetched();
      // Less than gzip's two first bytes are not worth a range.
      expect(ranges()).toEqual([undefined, cutAfter < 2 ? undefined : `bytes=${cutAfter}-`]);
      expect(asked[1].headers["if-range"]).toBe(cutAfter < 2 ? undefined : '"v1"');
    },
  );

  it("goes on in another run", async () => {
    script = [serve({ cutAfter: 1000 }), status(503)];
    const error = await failure();
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toBe(
      `${url}: the server is not able to answer now (HTTP 503), 3 times in a row; 1000 of ${SIZE} ` +
        `bytes have arrived and are kept. ${GOES_ON}`,
    );
    expect(await partSize()).toBe(1000);
    asked = [];
    script = [serve()];
    await fetchInto();
    expect(ranges()).toEqual(["bytes=1000-"]);
    await expectFetched();
  });

  it("that is cut at every 997th byte comes through, as each attempt brings something", async () => {
    script = [serve({ cutAfter: 997 })];
    await fetchInto();
    await expectFetched();
    expect(ranges()).toEqual(
      Array.from({ length: Math.ceil(SIZE / 997) }, (_, i) => (i === 0 ? undefined : `bytes=${i * 997}-`)),
    );
  });

  it("of a run that ended before unpacking is unpacked without a request", async () => {
    script = [serve({ cutAfter: 1000 }), status(403)];
    await failure();
    await writeFile(part(), good.gzip);
    asked = [];
    await fetchInto();
    expect(asked).toHaveLength(0);
    await expectFetched();
  });

  it("begins anew when what there is is of unknown origin", async () => {
    await writeFile(part(), Buffer.alloc(1000, 0x1f));
    await fetchInto();
    expect(ranges()).toEqual([undefined]);
    await expectFetched();
  });

  it("begins anew when it came from another address", async () => {
    script = [serve({ cutAfter: 1000 }), status(404)];
    await failure();
    asked = [];
    script = [serve()];
    await fetchInto({ url: `${url}?mirror` });
    expect(ranges()).toEqual([undefined]);
    await expectFetched();
  });
});

describe("a server", () => {
  it("that stalls is asked again for the rest", async () => {
    const pauses: [string, number][] = [];
    script = [
      (_, response) => {
        response.writeHead(200, { "content-length": SIZE, etag: '"v1"' });
        response.write(good.gzip.subarray(0, 700));
      },
      serve(),
    ];
    await fetchInto({ stallMs: 500, onRetry: (reason, pause) => pauses.push([reason, pause]) });
    // A machine that does other things may stall as well, later on.
    expect(ranges().slice(0, 2)).toEqual([undefined, "bytes=700-"]);
    expect(pauses[0]).toEqual(["nothing arrived for 0.5 s", 1]);
    await expectFetched();
  });

  it("that never answers is given up, with pauses that double", async () => {
    const pauses: number[] = [];
    script = [() => {}];
    const error = await failure({ stallMs: 30, onRetry: (_, pause) => pauses.push(pause) });
    expect(error).toEqual(
      new DatasetError(
        `${url}: nothing arrived for 0.03 s, 3 times in a row; 0 of ${SIZE} bytes have arrived ` +
          `and are kept. ${GOES_ON}`,
      ),
    );
    expect(pauses).toEqual([1, 2]);
  });

  it("that cannot be reached is named with the reason", async () => {
    server.close();
    server.closeAllConnections();
    const error = await failure();
    expect(error).toEqual(
      new DatasetError(
        `${url}: the connection failed (ECONNREFUSED), 3 times in a row; 0 of ${SIZE} bytes have ` +
          `arrived and are kept. ${GOES_ON}`,
      ),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  it("that announces too much, but sends the file, is believed the file", async () => {
    script = [
      (_, response) => {
        response.writeHead(200, { "content-length": SIZE + 5000 });
        response.write(good.gzip);
        void destroyWhen(SIZE, response);
      },
    ];
    await fetchInto();
    await expectFetched();
  });

  it("that announces and sends too much is stopped at the first byte too many", async () => {
    let sent = 0;
    script = [
      (_, response) => {
        response.writeHead(200, { "content-length": 1e12 });
        response.write(good.gzip);
        const timer = setInterval(() => {
          sent += 10_000;
          response.write(Buffer.alloc(10_000));
        }, 2);
        response.on("close", () => clearInterval(timer));
      },
    ];
    const error = await failure();
    expect(error).toEqual(
      new DatasetError(
        `${url} sends more than the expected ${SIZE} bytes: it is not the published file. ` +
          "What had arrived is removed. Try another network or address (--url).",
      ),
    );
    expect(sent).toBeLessThan(1e9);
    expect(await partSize()).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it("that sends more without announcing a length is stopped too", async () => {
    script = [(_, response) => response.end(Buffer.concat([good.gzip, Buffer.alloc(1)]))];
    expect((await failure()).message).toContain(`sends more than the expected ${SIZE} bytes`);
  });

  it("that announces too little is asked for the rest", async () => {
    script = [
      (_, response) => {
        response.writeHead(200, { "content-length": 1000, etag: '"v1"' });
        response.end(good.gzip.subarray(0, 1000));
      },
      serve(),
    ];
    await fetchInto();
    expect(ranges()).toEqual([undefined, "bytes=1000-"]);
    await expectFetched();
  });

  it("whose file is shorter is given up", async () => {
    script = [serve({ body: good.gzip.subarray(0, 1000) })];
    expect(await failure()).toEqual(
      new DatasetError(
        `${url}: the answer ended early, 3 times in a row; 1000 of ${SIZE} bytes have arrived ` +
          `and are kept. ${GOES_ON}`,
      ),
    );
    expect(ranges()).toEqual([undefined, "bytes=1000-", undefined]);
  });

  it("that does not have the rest (416) is asked for the whole", async () => {
    script = [serve({ cutAfter: 1000 }), status(416, { "content-range": "bytes */1000" }), serve()];
    await fetchInto();
    expect(ranges()).toEqual([undefined, "bytes=1000-", undefined]);
    await expectFetched();
  });

  it("that knows no ranges sends the whole again", async () => {
    script = [serve({ cutAfter: 1000 }), serve({ ranges: false })];
    await fetchInto();
    expect(ranges()).toEqual([undefined, "bytes=1000-"]);
    await expectFetched();
  });

  it("with a new version sends all of it, and nothing of the old one is used", async () => {
    const old = Buffer.alloc(SIZE, 0x55);
    old.set([0x1f, 0x8b]);
    script = [serve({ body: old, etag: '"v0"', cutAfter: 1000 }), serve()];
    await fetchInto();
    expect(asked[1].headers["if-range"]).toBe('"v0"');
    await expectFetched();
  });

  it("with a new version that sends the rest of it all the same is asked for the whole", async () => {
    const old = Buffer.alloc(SIZE, 0x55);
    old.set([0x1f, 0x8b]);
    script = [
      serve({ body: old, etag: '"v0"', cutAfter: 1000 }),
      (request, response) => {
        delete request.headers["if-range"];
        serve()(request, response);
      },
    ];
    await fetchInto();
    expect(ranges()).toEqual([undefined, "bytes=1000-", undefined]);
    await expectFetched();
  });

  it.each(["bytes 999-*/*", `bytes 0-${SIZE - 1}/${SIZE}`, `bytes 1000-${SIZE - 1}/${SIZE + 1}`, "nonsense"])(
    "that sends Content-Range %s for the bytes from 1000 on is asked for the whole",
    async (contentRange) => {
      script = [
        serve({ cutAfter: 1000 }),
        (_, response) =>
          response.writeHead(206, { "content-range": contentRange }).end(good.gzip.subarray(1000)),
        serve(),
      ];
      await fetchInto();
      expect(ranges()).toEqual([undefined, "bytes=1000-", undefined]);
      await expectFetched();
    },
  );

  it("without a strong ETag is asked with the date", async () => {
    const lastModified = "Thu, 09 Apr 2009 01:32:05 GMT";
    script = [serve({ etag: 'W/"weak"', lastModified, cutAfter: 1000 }), serve({ etag: null, lastModified })];
    await fetchInto();
    expect(asked[1].headers["if-range"]).toBe(lastModified);
    expect(ranges()).toEqual([undefined, "bytes=1000-"]);
    await expectFetched();
  });

  it("without any version is asked for the rest, which the hashes check", async () => {
    script = [serve({ etag: null, cutAfter: 1000 }), serve({ etag: null })];
    await fetchInto();
    expect(asked[1].headers["if-range"]).toBeUndefined();
    expect(ranges()).toEqual([undefined, "bytes=1000-"]);
    await expectFetched();
  });

  it.each([404, 403, 401, 410])("that answers %i is not asked again", async (code) => {
    script = [status(code)];
    const { message } = await failure();
    expect(message).toMatch(
      new RegExp(
        `^${url} answers HTTP ${code} [A-Z].*\\. ` +
          "Open the address in a browser, or try another one \\(--url\\)\\.$",
      ),
    );
    expect(asked).toHaveLength(1);
  });

  it.each([408, 429, 500, 502, 503])("that answers %i is asked again", async (code) => {
    script = [status(code), serve()];
    await fetchInto();
    expect(asked).toHaveLength(2);
    await expectFetched();
  });

  it("is given the pause that it asks for, up to a minute", async () => {
    const pauses: number[] = [];
    const interrupt = new AbortController();
    script = [status(429, { "retry-after": "0" }), status(503, { "retry-after": "86400" })];
    const fetched = fetchInto({
      signal: interrupt.signal,
      onRetry: (_, pause) => {
        pauses.push(pause);
        if (pauses.length === 2) interrupt.abort(new Error("waited enough"));
      },
    });
    await expect(fetched).rejects.toThrow("waited enough");
    expect(pauses).toEqual([0, 60_000]);
  });

  it("that gives a login page costs nothing of what is there", async () => {
    script = [
      serve({ cutAfter: 1000 }),
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Log in</html>"),
    ];
    expect(await failure()).toEqual(
      new DatasetError(
        `${url} answers with something else than expected (text/html). ` +
          "Open the address in a browser: a proxy or a login page may stand in between.",
      ),
    );
    expect(await partSize()).toBe(1000);
    asked = [];
    script = [serve()];
    await fetchInto();
    expect(ranges()).toEqual(["bytes=1000-"]);
  });

  it("that encodes the file once more is refused", async () => {
    script = [
      (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(good.gzip)),
    ];
    expect(await failure()).toEqual(
      new DatasetError(
        `${url} answers with Content-Encoding gzip, though asked for none. Check for a proxy in between.`,
      ),
    );
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("(%i) is followed, and the range goes along", async (code) => {
    script = [serve({ cutAfter: 1000 }), status(code, { location: "/elsewhere/a.tar.gz" }), serve()];
    await fetchInto();
    expect(asked.map(({ url }) => url)).toEqual(["/cifar.tar.gz", "/cifar.tar.gz", "/elsewhere/a.tar.gz"]);
    expect(ranges()).toEqual([undefined, "bytes=1000-", "bytes=1000-"]);
    await expectFetched();
  });

  it("to itself is followed five times", async () => {
    script = [status(302, { location: "/cifar.tar.gz" })];
    expect(await failure()).toEqual(
      new DatasetError(`${url} redirects more than 5 times. Try another address (--url).`),
    );
    expect(asked).toHaveLength(6);
  });

  it.each(["file:///etc/passwd", "ftp://127.0.0.1/a", "data:application/gzip;base64,H4sI"])(
    "to %s is not followed",
    async (location) => {
      script = [status(302, { location })];
      expect(await failure()).toEqual(
        new DatasetError(
          `${url} redirects to ${location}, which is not followed: only http and https, and not ` +
            "from https to http. Try another address (--url).",
        ),
      );
    },
  );

  it("from https to http is not followed", async () => {
    const secure = "https://mirror.example/cifar.tar.gz";
    const answers = async () => new Response(null, { status: 302, headers: { location: url } });
    expect(await failure({ url: secure, fetch: answers })).toEqual(
      new DatasetError(
        `${secure} redirects to ${url}, which is not followed: only http and https, and not from ` +
          "https to http. Try another address (--url).",
      ),
    );
    expect(asked).toHaveLength(0);
  });

  it("to nowhere is refused", async () => {
    script = [status(302)];
    expect(await failure()).toEqual(
      new DatasetError(`${url} redirects to no valid address (null). Try another address (--url).`),
    );
  });
});

describe("an address", () => {
  it.each(["file:///etc/passwd", "cifar.tar.gz", ""])("%j is refused", async (address) => {
    expect(await failure({ url: address })).toEqual(
      new ConfigError(`The address to fetch from is "${address}", expected an http or https address.`),
    );
  });
});

describe("an interruption", () => {
  it("before the download leaves everything as it is", async () => {
    const reason = new Error("Ctrl-C");
    await expect(fetchInto({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(asked).toHaveLength(0);
  });

  it("in the midst of it keeps what has arrived, for the next run", async () => {
    const interrupt = new AbortController();
    const reason = new Error("Ctrl-C");
    script = [
      (_, response) => {
        response.writeHead(200, { "content-length": SIZE, etag: '"v1"' });
        response.write(good.gzip.subarray(0, 1234));
      },
      serve(),
    ];
    const fetched = fetchInto({
      signal: interrupt.signal,
      onProgress: () => interrupt.abort(reason),
    });
    await expect(fetched).rejects.toBe(reason);
    expect(await partSize()).toBe(1234);
    await fetchInto();
    expect(ranges()).toEqual([undefined, "bytes=1234-"]);
    await expectFetched();
  });

  it("in a pause ends the pause", async () => {
    const interrupt = new AbortController();
    script = [status(503)];
    const fetched = fetchInto({
      pauseMs: 30_000,
      signal: interrupt.signal,
      onRetry: () => setTimeout(() => interrupt.abort(new Error("Ctrl-C")), 5),
    });
    await expect(fetched).rejects.toThrow("Ctrl-C");
  });

  it("when all has arrived keeps the archive", async () => {
    const interrupt = new AbortController();
    const fetched = fetchInto({
      signal: interrupt.signal,
      onUnpack: () => interrupt.abort(new Error("Ctrl-C")),
    });
    await expect(fetched).rejects.toThrow("Ctrl-C");
    expect(await partSize()).toBe(SIZE);
    await fetchInto();
    expect(asked).toHaveLength(1);
    await expectFetched();
  });
});

describe("an archive", () => {
  const entries = publishedEntries(RECORDS);
  const folder = "cifar-10-batches-bin";
  const replaced = (name: string, entry: Partial<TarEntry>) =>
    entries.map((old) => (old.name === `${folder}/${name}` ? { ...old, ...entry } : old));

  /** Fetches the archive, expects its refusal for this reason, and that nothing is left of it. */
  async function expectRefused({ gzip, archive }: ArchiveFixture, reason: string) {
    script = [serve({ body: gzip })];
    const error = await failure({}, archive);
    expect(error).toEqual(
      new DatasetError(
        `The archive from ${url} is not the published one: ${reason}. It is removed; run the same again to ` +
          "fetch it anew, or try another address (--url).",
      ),
    );
    expect(await readdir(root)).toEqual([]);
    // The next run starts from the beginning.
    asked = [];
    script = [serve()];
    await fetchInto();
    expect(ranges()).toEqual([undefined]);
    await expectFetched();
  }

  it("that is cut off is refused", () =>
    expectRefused(
      cifarArchive(RECORDS, entries, good.gzip.subarray(0, SIZE - 100)),
      "it is damaged (unexpected end of file)",
    ));

  it("with damaged bytes is refused", async () => {
    const gzip = Buffer.from(good.gzip);
    gzip[SIZE >> 1] ^= 0xff;
    script = [serve({ body: gzip })];
    expect((await failure()).message).toMatch(
      /is not the published one: it(s member .*| is damaged \(.*\))\. It is/,
    );
    expect(await readdir(root)).toEqual([]);
  });

  it("with a wrong checksum of gzip is refused", () => {
    const gzip = Buffer.from(good.gzip);
    gzip[SIZE - 8] ^= 1;
    return expectRefused(cifarArchive(RECORDS, entries, gzip), "it is damaged (incorrect data check)");
  });

  it("that unpacks to more than its limit is refused on the way", async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    expect(bomb.length).toBeLessThan(70_000);
    const before = process.memoryUsage().arrayBuffers;
    await expectRefused(cifarArchive(RECORDS, entries, bomb), "it unpacks to more than 1048576 bytes");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });

  it("that is no tar is refused", () =>
    expectRefused(
      cifarArchive(RECORDS, [], gzipSync(Buffer.alloc(5000, "not a tar archive"))),
      "it is no tar archive (a member has no valid size)",
    ));

  it("with other content is refused", () => {
    const data = fileContent(2, RECORDS);
    const expected = createHash("sha256").update(data).digest("hex");
    data[100] ^= 1;
    const actual = createHash("sha256").update(data).digest("hex");
    return expectRefused(
      cifarArchive(RECORDS, replaced("data_batch_3.bin", { data })),
      `its member ${folder}/data_batch_3.bin has sha256 ${actual}, expected ${expected}`,
    );
  });

  it("with a member of another size is refused", () =>
    expectRefused(
      cifarArchive(RECORDS, replaced("test_batch.bin", { data: fileContent(5, RECORDS + 1) })),
      `its member ${folder}/test_batch.bin has ${5 * 3073} bytes, expected ${4 * 3073}`,
    ));

  it("without one of the members is refused", () =>
    expectRefused(
      cifarArchive(RECORDS, replaced("data_batch_4.bin", { name: `${folder}/data_batch_6.bin` })),
      `its member ${folder}/data_batch_4.bin is missing`,
    ));

  it.each([
    ["1", "hardLink"],
    ["2", "symbolicLink"],
    ["3", "characterDevice"],
    ["5", "directory"],
    ["6", "fifo"],
    ["S", "gnuSparseFile"],
  ])("with a member of type %s is refused", (type, name) =>
    expectRefused(
      cifarArchive(
        RECORDS,
        replaced("data_batch_1.bin", { type, link: "/etc/passwd", data: new Uint8Array() }),
      ),
      `its member ${folder}/data_batch_1.bin is not a file but of type ${name}`,
    ),
  );

  it("with a member twice is refused", () =>
    expectRefused(
      cifarArchive(RECORDS, [...entries, { ...entries[1], data: fileContent(0, RECORDS) }]),
      `its member ${folder}/data_batch_1.bin is there twice`,
    ));

  it.each([
    ["-512", "-0000001000\0"],
    ["a lot", "77777777777\0"],
    ["base 256", "\x80\0\0\0\0\0\0\0\0\0\x02\0"],
  ])("whose header claims a size of %s is refused", (_, size) =>
    expectRefused(
      cifarArchive(RECORDS, [{ name: "padding", size }, ...entries]),
      "it is no tar archive (a member has no valid size)",
    ),
  );

  it("with a member that reaches past the end is refused", () =>
    expectRefused(
      cifarArchive(RECORDS, [...entries.slice(0, -1), { ...entries.at(-1)!, size: "00003777777\0" }]),
      "it is no tar archive (Invalid typed array length: 1048575)",
    ));

  it("whose extended header claims a negative size is refused", () =>
    expectRefused(
      cifarArchive(RECORDS, [{ name: "pax", type: "x", size: "-0000001000\0" }, ...entries]),
      "it is no tar archive (Invalid typed array length: -512)",
    ));

  it("is read by the names of its members: others are never written, wherever they point", async () => {
    const data = new TextEncoder().encode("evil");
    const others: TarEntry[] = [
      { name: "../evil", data },
      { name: `${folder}/../../evil`, data },
      { name: `${root}/evil`, data },
      { name: `${folder}/evil`, data },
      { name: "data_batch_1.bin", data },
      { name: `${folder}/link`, type: "2", link: "/etc" },
      { name: `${folder}/link/evil`, data },
    ];
    const { gzip, archive } = cifarArchive(RECORDS, [...others, ...entries, ...others]);
    script = [serve({ body: gzip })];
    await fetchInto({}, archive);
    await expectFetched();
  });
});

describe("a folder", () => {
  it("that cannot be written to is refused, with its name", async () => {
    await writeFile(join(root, "file"), "");
    const error = await failure({ folder: join(root, "file") });
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(
      `${root}/file cannot be written: a file of that name is in the way (EEXIST). ` +
        "Remove it, or choose another place.",
    );
  });
});

describe("verifyCifar10()", () => {
  it("says of every file whether it is the published one", async () => {
    await fetchInto();
    const { files } = good.archive;
    expect(await verifyCifar10(root, {}, files)).toEqual(
      FILES.map((name) => ({ name, ok: true, finding: "sha256 matches" })),
    );
    const folder = join(root, "cifar-10-batches-bin");
    await rm(join(folder, "data_batch_1.bin"));
    await truncate(join(folder, "data_batch_2.bin"), 100);
    const data = fileContent(2, RECORDS);
    data[5] ^= 1;
    await writeFile(join(folder, "data_batch_3.bin"), data);
    const checks = await verifyCifar10(folder, {}, files);
    expect(checks.map(({ ok }) => ok)).toEqual([false, false, false, true, true, true]);
    expect(checks.slice(0, 3).map(({ finding }) => finding)).toEqual([
      "is missing",
      "has 100 bytes, expected 12292",
      `has sha256 ${createHash("sha256").update(data).digest("hex")}, expected ${files[2].sha256}`,
    ]);
  });

  it("finds nothing in a folder that there is not", async () => {
    const checks = await verifyCifar10(join(root, "nowhere"), {}, good.archive.files);
    expect(checks.map(({ finding }) => finding)).toEqual(new Array(6).fill("is missing"));
  });

  it("stops when its signal is aborted", async () => {
    const reason = new Error("Ctrl-C");
    await expect(verifyCifar10(root, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.skipIf(!process.env.NNWASM_DATA)(
    "finds the published data to be so (skipped unless NNWASM_DATA is set)",
    async () => {
      const checks = await verifyCifar10(process.env.NNWASM_DATA!);
      expect(checks).toEqual(
        CIFAR10_ARCHIVE.files.map(({ name }) => ({ name, ok: true, finding: "sha256 matches" })),
      );
    },
  );
});
