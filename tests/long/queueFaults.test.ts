/** A search over a queue in which a hundred things go wrong: its table is that of a search in which nothing does. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import type { Event } from "../helpers/cli.ts";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { signalAt } from "../helpers/signalAt.ts";
import {
  endWorkers,
  is,
  type Place,
  queueProcesses,
  SEARCH,
  type Watched,
  writeTable,
} from "../queue/processes.ts";
import { type Proxy as CutProxy, startProxy } from "../queue/proxy.ts";
import { noRedis, redisCommand, type Server, startRedis } from "../queue/servers.ts";

const folder = cliFolder({ cifar: false });
const { at, runCli } = folder;
const { coordinator, worker, copy, trials } = queueProcesses(folder);

const FAULTS = 100;
const TRIALS = 300;
const WORKERS = 4;
const LEASE = 2;
/** Lasts for tens of milliseconds from rung to rung. */
const search = [
  ...["search", ...SEARCH, ...words(`--trials ${TRIALS} --epochs 80 --rung 20`)],
  ...words("--data table.csv --target kind --validation 60"),
];
const DATA = ["--data", "table.csv"];
const MANY = ["--retries", "1000"];

/** What a worker or a coordinator is, and the network between it and Redis. */
interface Part {
  readonly proxy: CutProxy;
  process: Watched;
  /** Whether something is being done to it. */
  isBusy: boolean;
}

class DisturbedSearch {
  readonly #redis: Server;
  readonly #random: Random;
  readonly #workers: Part[] = [];
  #coordinator!: Part;
  #out = "disturbed";
  #copies = 0;
  /** Processes that something has been done to and that are still to end. */
  readonly #pending: Promise<void>[] = [];
  /** How often each fault came. */
  readonly tally: Record<string, number> = {};

  constructor(redis: Server, random: Random) {
    this.#redis = redis;
    this.#random = random;
  }

  async start(): Promise<void> {
    const proxy = await startProxy(this.#redis.url);
    const command = [...search, "--out", this.#out];
    this.#coordinator = { proxy, process: this.#coordinate(proxy, command), isBusy: false };
    for (let i = 0; i < WORKERS; i++) {
      const proxy = await startProxy(this.#redis.url);
      this.#workers.push({ proxy, process: this.#serve(proxy), isBusy: false });
    }
  }

  #place = ({ url }: CutProxy): Place => ({ url, name: "disturbed", lease: LEASE });
  #coordinate = (proxy: CutProxy, command: readonly string[]): Watched =>
    coordinator(this.#place(proxy), command, { args: MANY });
  #serve = (proxy: CutProxy): Watched => worker(this.#place(proxy), { args: [...DATA, ...MANY] });

  /** Trials that have ended. */
  get ended(): number {
    return new Set(
      this.#coordinator.process
        .events()
        .filter(is("trial"))
        .map(({ trial }) => trial),
    ).size;
  }

  async untilEnded(count: number): Promise<void> {
    while (this.ended < count) {
      this.#checkAlive();
      await pause(20);
    }
  }

  #checkAlive(): void {
    for (const { process, isBusy } of [this.#coordinator, ...this.#workers]) {
      const { exitCode, signalCode } = process.child;
      if (!isBusy && (exitCode !== null || signalCode !== null)) {
        throw new Error(`It ended by itself with ${exitCode ?? signalCode}:\n${process.output.stderr}`);
      }
    }
  }

  /** Something goes wrong. What takes long goes on after this, while other things go wrong. */
  async disturb(): Promise<void> {
    await pause(this.#random.uniform() * 300);
    const names = Object.keys(this.#faults);
    const name = names[this.#random.below(names.length)]!;
    this.tally[name] = (this.tally[name] ?? 0) + 1;
    await this.#faults[name]!();
  }

  readonly #faults: Readonly<Record<string, () => Promise<void>>> = {
    "a worker is killed": async () => {
      await this.#withWorker(async (part) => {
        part.process.signal("SIGKILL");
        await part.process.result;
        part.process = this.#serve(part.proxy);
      });
    },
    "a worker kills itself in a trial": async () => {
      await this.#withWorker(async (part) => {
        part.process.signal("SIGKILL");
        await part.process.result;
        const env = signalAt({ stream: "stdout", text: '"event":"epoch"', signal: "SIGKILL" });
        const dying = worker(this.#place(part.proxy), { args: [...DATA, ...MANY], env });
        // It gets no trial if the search ends before.
        await Promise.race([dying.result, this.#coordinator.process.result]);
        dying.signal("SIGKILL");
        await dying.result;
        part.process = this.#serve(part.proxy);
      });
    },
    "a worker is stopped and woken": async () => {
      await this.#withWorker((part) => this.#stopped(part));
    },
    "a worker's connection is cut": async () => {
      await this.#withWorker((part) => this.#cut(part));
    },
    "SIGTERM of a worker": async () => {
      await this.#withWorker(async (part) => {
        await endWorkers(part.process);
        part.process = this.#serve(part.proxy);
      });
    },
    "the coordinator is killed, and goes on with a copy of its folder": async () => {
      await this.#with(this.#coordinator, async (part) => {
        part.process.signal("SIGKILL");
        await part.process.result;
        this.#out = copy(this.#out, `copy ${++this.#copies}`);
        part.process = this.#coordinate(part.proxy, ["search", "--resume", this.#out]);
        await part.process.event(is("start"));
      });
    },
    "the coordinator is stopped and woken": async () => {
      await this.#with(this.#coordinator, (part) => this.#stopped(part));
    },
    "the coordinator's connection is cut": async () => {
      await this.#with(this.#coordinator, (part) => this.#cut(part));
    },
    "Redis is killed and started again": async () => {
      await this.#redis.restart("SIGKILL");
    },
    "Redis loses all that it has": async () => {
      await redisCommand(this.#redis, "FLUSHALL");
    },
    "Redis is full for a while": async () => {
      await redisCommand(this.#redis, "CONFIG SET maxmemory 1");
      await this.#while();
      await redisCommand(this.#redis, "CONFIG SET maxmemory 0");
    },
  };

  /** From nothing to two leases. */
  #while = (): Promise<void> => pause(this.#random.uniform() * 2 * LEASE * 1000);

  async #stopped({ process }: Part): Promise<void> {
    process.signal("SIGSTOP");
    await this.#while();
    process.signal("SIGCONT");
  }

  async #cut({ proxy }: Part): Promise<void> {
    proxy.cut();
    await this.#while();
    proxy.restore();
  }

  /** Does something to a worker to which nothing is being done; waits for one if need be. */
  async #withWorker(act: (part: Part) => Promise<void>): Promise<void> {
    for (;;) {
      const free = this.#workers.filter(({ isBusy }) => !isBusy);
      if (free.length > 0) {
        const acting = this.#with(free[this.#random.below(free.length)]!, act);
        this.#pending.push(acting);
        acting.catch(() => {});
        return;
      }
      await pause(20);
    }
  }

  async #with(part: Part, act: (part: Part) => Promise<void>): Promise<void> {
    part.isBusy = true;
    try {
      await act(part);
    } finally {
      part.isBusy = false;
    }
  }

  /** Lets it come to its end, and gives its folder. */
  async finish(): Promise<string> {
    await Promise.all([this.#coordinator.process.ends(), ...this.#pending]);
    await endWorkers(...this.#workers.map(({ process }) => process));
    return this.#out;
  }

  async close(): Promise<void> {
    for (const { proxy } of [this.#coordinator, ...this.#workers]) await proxy.close();
  }
}

it.skipIf(noRedis)("a hundred faults, and the table of none", async () => {
  writeTable(at("table.csv"));
  const { code, stderr } = await runCli([...search, "--workers", "2", "--out", "undisturbed"]);
  if (code !== 0) throw new Error(stderr);
  const undisturbed: Event[] = trials("undisturbed", TRIALS);
  const redis = await startRedis();
  const disturbed = new DisturbedSearch(redis, new Random(1, "faults"));
  try {
    await disturbed.start();
    for (let fault = 0; fault < FAULTS; fault++) {
      // They come all along the search, at whatever speed it runs.
      await disturbed.untilEnded(Math.floor((0.9 * TRIALS * fault) / FAULTS));
      await disturbed.disturb();
    }
    const out = await disturbed.finish();
    console.log(disturbed.tally);
    expect(trials(out, TRIALS)).toEqual(undisturbed);
  } finally {
    await disturbed.close();
    await redis.close();
  }
});

it.skipIf(noRedis)(
  "a worker that is stopped for a minute, with the usual lease: its result is dropped",
  async () => {
    writeTable(at("table.csv"));
    const short = [...search, "--trials", "24"];
    const { code, stderr } = await runCli([...short, "--workers", "2", "--out", "short undisturbed"]);
    if (code !== 0) throw new Error(stderr);
    const redis = await startRedis();
    try {
      const place = { url: redis.url, name: "stopped", lease: 30 };
      const searching = coordinator(place, [...short, "--out", "short"]);
      const env = signalAt({ stream: "stdout", text: '"event":"epoch"', signal: "SIGSTOP" });
      const stopped = worker(place, { args: DATA, env });
      const { job } = await stopped.event(is("epoch"));
      const other = worker(place, { args: DATA });
      await Promise.all([other.event(is("begin", job)), pause(60_000)]);
      stopped.wake();
      expect(await stopped.event(is("end", job))).toMatchObject({ end: "lost" });
      await searching.ends();
      expect(trials("short")).toEqual(trials("short undisturbed"));
      await endWorkers(stopped, other);
    } finally {
      await redis.close();
    }
  },
);
