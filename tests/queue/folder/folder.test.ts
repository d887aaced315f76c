import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError, QueueError } from "../../../src/errors.ts";
import { folder as engine } from "../../../src/queue/folder/folder.ts";
import { queueEngine } from "../../../src/queue/index.ts";
import { GiveBack, type QueueOptions, type TakenJob } from "../../../src/queue/queue.ts";
import { Site } from "./processes.ts";

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.end());

const at = (...names: string[]) => join(site.root, ...names);

interface Serving {
  readonly ends: string[];
  readonly troubles: string[];
  /** Stops it and waits for its end. */
  end(): Promise<void>;
  readonly done: Promise<void>;
}

/** A worker in this process. */
async function serve(
  handler: (job: TakenJob) => Promise<string>,
  { concurrency = 1, ...options }: QueueOptions & { concurrency?: number } = {},
): Promise<Serving> {
  const troubles: string[] = [];
  const onTrouble = (text: string) => troubles.push(text);
  const consumer = await engine.openConsumer(site.url, { lease: 2, onTrouble, ...options });
  const stop = new AbortController();
  const ends: string[] = [];
  const done = consumer.consume(handler, {
    ...{ concurrency, stop: stop.signal },
    onEnd: ({ id }, end) => ends.push(`${end} ${id}`),
  });
  done.catch(() => {});
  const end = async () => {
    stop.abort();
    await done.catch(() => {});
    await consumer.close();
  };
  return { ends, troubles, end, done };
}

const echo = async ({ payload }: TakenJob) => payload;

describe("the URL", () => {
  const root = resolve("/");
  it.each([
    ["folder:shared/queue", resolve("shared/queue")],
    ["folder:/shared/my queue", join(root, "shared", "my queue")],
    ["FOLDER:/shared/queue", join(root, "shared", "queue")],
    ["folder:~/queue", join(homedir(), "queue")],
    ["folder:~queue", resolve("~queue")],
    ...(process.platform === "win32"
      ? [
          ["folder:C:\\queue", "C:\\queue"],
          ["file:///C:/queue", "C:\\queue"],
          ["folder:\\\\server\\share", "\\\\server\\share"],
        ]
      : [["file:///shared/my%20queue", "/shared/my queue"]]),
  ])("%s is the folder %s", (url, path) => {
    expect(queueEngine(url!)).toBe(engine);
    expect(engine.shown(url!)).toBe(`folder:${path}`);
  });

  it.each([
    [
      "folder:",
      'The queue\'s URL "folder:" names no folder. Give folder:DIR, a folder that all machines reach.',
    ],
    [
      "file:shared",
      'The queue\'s URL "file:shared" names no folder. Give file:///DIR with a whole path, or folder:DIR.',
    ],
    ["file:///a%2Fb", /^The queue's URL "file:\/\/\/a%2Fb" names no folder: .*\. Give file:/],
  ])("%s is refused", async (url, message) => {
    expect(engine.shown(url)).toBe("folder:");
    await expect(engine.openClient(url, {})).rejects.toThrow(ConfigError);
    await expect(engine.openConsumer(url, {})).rejects.toThrow(message);
  });

  it.each([
    [{ name: "../up" }, 'The queue\'s name is "../up", expected letters, digits, - and _, at most 100.'],
    [{ lease: 0.5 }, "The lease is 0.5 s, expected a number from 1 to 86400."],
    [{ retries: -1 }, "The number of retries is -1, expected an integer ≥ 0."],
  ])("options %j are refused", async (options, message) => {
    await expect(engine.openClient(site.url, options)).rejects.toThrow(new ConfigError(message));
    await expect(engine.openConsumer(site.url, options)).rejects.toThrow(new ConfigError(message));
  });
});

describe("a job", () => {
  it("is answered, and leaves nothing when the client is closed", async () => {
    const client = await site.client();
    const worker = await serve(async ({ payload }) => `{"got":${payload}}`, { concurrency: 3 });
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((i) => client.submit({ id: `j${i}`, payload: `${i}` })),
    );
    expect(answers).toEqual([1, 2, 3, 4, 5].map((i) => `{"got":${i}}`));
    await worker.end();
    expect(worker.ends.sort()).toEqual([1, 2, 3, 4, 5].map((i) => `answered j${i}`));
    await client.close();
    for (const name of readdirSync(site.root)) expect([name, readdirSync(at(name))]).toEqual([name, []]);
    expect([...site.troubles, ...worker.troubles]).toEqual([]);
  });

  it("that has been answered is not done again; two that ask for it at once get one answer", async () => {
    const client = await site.client();
    let times = 0;
    const worker = await serve(async () => `${++times}`);
    const both = [client.submit({ id: "a", payload: "1" }), client.submit({ id: "a", payload: "1" })];
    expect(await Promise.all(both)).toEqual(["1", "1"]);
    expect(await client.submit({ id: "a", payload: "1" })).toBe("1");
    await worker.end();
  });

  it("is there for the next client, and so is its answer", async () => {
    mkdirSync(site.root);
    for (const name of ["jobs", "leases", "answers", "progress", "workers"]) mkdirSync(at(name));
    writeFileSync(at("answers", "done.json"), "[7]");
    const client = await site.client();
    expect(await client.submit({ id: "done", payload: "1" })).toBe("[7]");
  });

  it("whose file vanishes is put anew", async () => {
    const client = await site.client();
    const answer = client.submit({ id: "a", payload: "1" });
    await site.until(() => existsSync(at("jobs", "a.json")));
    rmSync(site.root, { recursive: true });
    const worker = await serve(echo);
    expect(await answer).toBe("1");
    await worker.end();
  });

  it("is taken off when nobody has it and nobody waits for it any more", async () => {
    const client = await site.client();
    const abort = new AbortController();
    const answer = client.submit({ id: "a", payload: "1" }, { signal: abort.signal });
    await site.until(() => existsSync(at("jobs", "a.json")));
    abort.abort(new Error("enough"));
    await expect(answer).rejects.toThrow("enough");
    await client.close();
    expect([readdirSync(at("jobs")), readdirSync(at("leases"))]).toEqual([[], []]);
  });

  it("stays with the worker that has it when nobody waits for it any more", async () => {
    const client = await site.client();
    let finish = (_: string) => {};
    const result = new Promise<string>((done) => {
      finish = done;
    });
    let hasBegun = false;
    const worker = await serve(() => {
      hasBegun = true;
      return result;
    });
    const answer = client.submit({ id: "a", payload: "1" });
    await site.until(() => hasBegun);
    const told = expect(answer).rejects.toThrow(new QueueError(`folder:${site.folder} has been closed.`));
    await client.close();
    await told;
    finish("5");
    await worker.end();
    expect(worker.ends).toEqual(["answered a"]);
    const next = await site.client();
    expect(await next.submit({ id: "a", payload: "1" })).toBe("5");
  });

  it("that was given back is taken again, without being counted as lost", async () => {
    const client = await site.client();
    const retries: number[] = [];
    const worker = await serve(async (job) => {
      retries.push(job.retries);
      if (retries.length === 1) throw new GiveBack();
      return "1";
    });
    expect(await client.submit({ id: "a", payload: "1" })).toBe("1");
    await worker.end();
    expect(retries).toEqual([0, 0]);
    expect(worker.ends).toEqual(["back a", "answered a"]);
  });

  it("whose handler throws is given back, and ends the taking", async () => {
    const client = await site.client();
    const worker = await serve(async () => {
      throw new Error("no memory");
    });
    const answer = client.submit({ id: "a", payload: "1" });
    await expect(worker.done).rejects.toThrow("no memory");
    expect(worker.ends).toEqual(["back a"]);
    expect(readdirSync(at("leases"))).toEqual([]);
    const other = await serve(echo);
    expect(await answer).toBe("1");
    await Promise.all([worker.end(), other.end()]);
  });

  it("under way is done when the worker stops, and no other one is taken", async () => {
    const client = await site.client();
    let end: Promise<void> | undefined;
    const worker = await serve(async ({ payload }) => {
      end = worker.end();
      return payload;
    });
    const first = client.submit({ id: "a", payload: "1" });
    expect(await first).toBe("1");
    await end;
    const second = client.submit({ id: "b", payload: "2" });
    await site.until(() => existsSync(at("jobs", "b.json")));
    const other = await serve(echo);
    expect(await second).toBe("2");
    await other.end();
    expect(worker.ends).toEqual(["answered a"]);
  });

  it("tells of its progress", async () => {
    const client = await site.client();
    const told: string[] = [];
    const worker = await serve(async (job) => {
      job.progress('{"epoch":1}');
      job.progress('{"epoch":2}');
      await site.until(() => told.length > 0);
      return "1";
    });
    await client.submit({ id: "a", payload: "1" }, { onProgress: (text) => told.push(text) });
    expect(told.at(-1)).toBe('{"epoch":2}');
    await worker.end();
  });

  it("has an id that is a file's name", async () => {
    const client = await site.client();
    await expect(client.submit({ id: "../a", payload: "1" })).rejects.toThrow(
      new QueueError(`The job's id is "../a", expected at most 100 of 0-9, a-z and -.`),
    );
  });
});

it("counts the workers that live", async () => {
  const client = await site.client();
  expect(await client.workers()).toBe(0);
  const workers = [await serve(echo), await serve(echo)];
  await site.until(() => readdirSync(at("workers")).filter((name) => !name.startsWith(".")).length === 2);
  expect(await client.workers()).toBe(2);
  for (const worker of workers) await worker.end();
  expect(await client.workers()).toBe(0);
});

it("keeps queues of other names apart", async () => {
  const [one, two] = [await site.client({ name: "one" }), await site.client({ name: "two" })];
  const worker = await serve(async () => '"of two"', { name: "two" });
  const alone = one.submit({ id: "a", payload: "1" });
  alone.catch(() => {});
  expect(await two.submit({ id: "a", payload: "1" })).toBe('"of two"');
  expect(readdirSync(join(site.folder, "one.queue", "jobs"))).toEqual(["a.json"]);
  await worker.end();
});

describe("a damaged file", () => {
  const hostile: Record<string, string> = {
    "half of it": '{"format":"nnwasm job","versi',
    nothing: "",
    "another version": '{"format":"nnwasm job","version":2,"id":"a","retries":1,"payload":"1"}',
    "another id": '{"format":"nnwasm job","version":1,"id":"b","retries":1,"payload":"1"}',
    "no payload": '{"format":"nnwasm job","version":1,"id":"a","retries":1,"payload":"{"}',
    "no retries": '{"format":"nnwasm job","version":1,"id":"a","retries":"many","payload":"1"}',
    "another object": "[[[[]]]]",
    null: "null",
  };
  it.each(Object.keys(hostile))("in a job's place, %s: it is left alone, and told once", async (what) => {
    await site.client();
    writeFileSync(at("jobs", "a.json"), hostile[what]!);
    const worker = await serve(echo);
    await site.until(() => worker.troubles.length > 0);
    expect(worker.troubles[0]).toMatch(
      new RegExp(`^${at("jobs", "a.json")} is no job of this version of nnwasm: .*\\. It is left alone\\. `),
    );
    const client = await site.client();
    expect(await client.submit({ id: "b", payload: "2" })).toBe("2");
    // Whoever asks for it puts it right.
    expect(await client.submit({ id: "a", payload: "1" })).toBe("1");
    await worker.end();
    expect(worker.troubles.slice(1)).toEqual([`${at("jobs", "a.json")} is a job again.`]);
    expect(worker.ends).toEqual(["answered b", "answered a"]);
  });

  it("in the place of a job that is waited for is put right", async () => {
    const client = await site.client();
    const answer = client.submit({ id: "a", payload: "1" });
    await site.until(() => existsSync(at("jobs", "a.json")));
    writeFileSync(at("jobs", "a.json"), '{"format":"nn');
    await site.until(() => readFileSync(at("jobs", "a.json"), "utf8").endsWith("}\n"));
    const worker = await serve(echo);
    expect(await answer).toBe("1");
    await worker.end();
  });

  it.each(["", '{"double":', "NaN"])(
    "in an answer's place, %j: it is removed, and the job is done",
    async (text) => {
      const client = await site.client();
      writeFileSync(at("answers", "a.json"), text);
      const worker = await serve(echo);
      expect(await client.submit({ id: "a", payload: "1" })).toBe("1");
      await worker.end();
      const path = at("answers", "a.json");
      expect(site.troubles).toEqual([
        `${path} is no answer of nnwasm: it is no JSON. It is removed, and the job is done anew.`,
        `${path} is there anew.`,
      ]);
    },
  );

  it("that is no lease but in its place, with a time to come, runs out as well", async () => {
    const client = await site.client();
    mkdirSync(at("leases", "a.0"));
    writeFileSync(at("leases", "b.0"), "?".repeat(100_000));
    const program =
      "const d = new Date(Date.now() + 1e9); for (const p of process.argv.slice(1)) fs.utimesSync(p, d, d)";
    spawnSync(process.execPath, ["-e", program, at("leases", "a.0"), at("leases", "b.0")]);
    const retries: number[] = [];
    const worker = await serve(
      async (job) => {
        retries.push(job.retries);
        return job.payload;
      },
      { lease: 1 },
    );
    expect(await client.submit({ id: "b", payload: "2" })).toBe("2");
    rmSync(at("leases", "a.0"), { recursive: true, force: true });
    expect(await client.submit({ id: "a", payload: "1" })).toBe("1");
    await worker.end();
    expect(retries[0]).toBe(1);
  });

  it("of another name is nobody's business", async () => {
    const client = await site.client();
    for (const name of ["notes.txt", "A.json", ".hidden", "a.json.bak", `${"x".repeat(150)}.json`]) {
      writeFileSync(at("jobs", name), "hello");
    }
    writeFileSync(at("leases", "a.01"), "hello");
    writeFileSync(at("leases", "a"), "hello");
    const worker = await serve(echo);
    expect(await client.submit({ id: "a", payload: "1" })).toBe("1");
    await worker.end();
    expect(readdirSync(at("jobs")).length).toBe(5);
    expect([...site.troubles, ...worker.troubles]).toEqual([]);
  });
});

describe("a folder", () => {
  it("that is not there is made by the search, and waited for by the worker, who says so once", async () => {
    rmSync(site.folder, { recursive: true });
    const worker = await serve(echo);
    await site.until(() => worker.troubles.length >= 2);
    const client = await site.client();
    expect(await client.submit({ id: "a", payload: "1" })).toBe("1");
    await site.until(() => worker.troubles.length >= 4);
    await worker.end();
    expect(
      worker.troubles
        .slice(0, 2)
        .sort()
        .map((text) => text.replace(/\.nnwasm-\w+\.tmp/, "TEMPORARY")),
    ).toEqual([
      expect.stringMatching(
        `^It does not work to take jobs from ${site.root}, and is tried again until it does: .*ENOENT`,
      ),
      expect.stringMatching(
        `^It does not work to use ${site.root}, and is tried again until it does: .*ENOENT`,
      ),
    ]);
    expect(worker.troubles.slice(2).sort()).toEqual([
      `It works again to take jobs from ${site.root}.`,
      `It works again to use ${site.root}.`,
    ]);
  });

  it("in one that is not there is waited for: it may not be mounted yet", async () => {
    const away = join(site.folder, "away");
    const abort = new AbortController();
    const troubles: string[] = [];
    const opening = engine.openClient(`folder:${away}/queue`, {
      ...{ signal: abort.signal, onTrouble: (text) => troubles.push(text) },
    });
    await site.until(() => troubles.length > 0);
    mkdirSync(away);
    const client = await opening;
    await client.close();
    expect(troubles.length).toBe(2);
  });

  it("that goes away and comes back costs nothing but time", async () => {
    const client = await site.client({ lease: 1 });
    let hasBegun = false;
    let isBack = false;
    const worker = await serve(
      async ({ payload }) => {
        hasBegun = true;
        await site.until(() => isBack);
        return payload;
      },
      { lease: 1 },
    );
    const answer = client.submit({ id: "a", payload: "1" });
    await site.until(() => hasBegun);
    const elsewhere = `${site.folder}-elsewhere`;
    renameSync(site.folder, elsewhere);
    await site.until(() =>
      worker.troubles.some((text) => text.startsWith("It does not work to renew leases")),
    );
    renameSync(elsewhere, site.folder);
    isBack = true;
    expect(await answer).toBe("1");
    await site.until(() => worker.ends.length > 0);
    await worker.end();
    expect(worker.ends).toEqual(["answered a"]);
    expect(site.troubles.length).toBeGreaterThan(0);
    expect(new Set(site.troubles).size).toBe(site.troubles.length);
  });

  it("that is a file is refused", async () => {
    writeFileSync(join(site.folder, "file"), "");
    const path = join(site.folder, "file");
    const refused = new ConfigError(
      `folder:${path} cannot be a queue here: ${join(path, "nnwasm.queue")} cannot be created: a part of the path is a file, not ` +
        "a folder (ENOTDIR). Check the path. Everyone who works at it needs to read and write there.",
    );
    await expect(engine.openClient(`folder:${path}`, {})).rejects.toThrow(refused);
    await expect(engine.openConsumer(`folder:${path}`, {})).rejects.toThrow(refused);
  });

  const root = process.getuid?.() === 0;
  (process.platform === "win32" ? it.skip : it)("that cannot be written to is refused", async () => {
    await site.client();
    for (const name of readdirSync(site.root)) chmodSync(at(name), 0o555);
    chmodSync(site.folder, 0o755);
    // Root may write anywhere, so somebody else tries.
    const program = `
      const { queueEngine } = await import(${JSON.stringify(new URL("../../../dist/queue/index.js", import.meta.url).href)});
      ${root ? "process.setgid(65534); process.setuid(65534);" : ""}
      for (const open of ["openClient", "openConsumer"]) {
        await queueEngine("folder:")[open](${JSON.stringify(site.url)}, {}).then(() => console.log("open"), ({ name, message }) => console.log(name, message));
      }`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    const refusal =
      `ConfigError folder:${site.folder} cannot be a queue here: ${at("jobs")} cannot be written: permission denied (EACCES). ` +
      "Change its permissions, or choose another place. Everyone who works at it needs to read and write there.\n";
    expect(stderr + stdout).toBe(refusal + refusal);
    for (const name of readdirSync(site.root)) chmodSync(at(name), 0o755);
  });
});

it("sweeps away what processes left long ago, and answers that nobody came for", async () => {
  await (await site.client()).close();
  const old = [".nnwasm-0123456789abcdef.tmp", "old.json"];
  for (const name of [...old, "new.json"]) writeFileSync(at("answers", name), "1");
  writeFileSync(at("jobs", ".nnwasm-0123456789abcdef.tmp"), "new");
  const program =
    "const d = new Date(Date.now() - 8 * 24 * 3600e3); for (const p of process.argv.slice(1)) fs.utimesSync(p, d, d)";
  spawnSync(process.execPath, ["-e", program, ...old.map((name) => at("answers", name))]);
  await site.client();
  expect(readdirSync(at("answers"))).toEqual(["new.json"]);
  expect(readdirSync(at("jobs"))).toEqual([".nnwasm-0123456789abcdef.tmp"]);
});
