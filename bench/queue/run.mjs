/**
 * `npm run bench:queue`: what a queue costs a trial, how many trials a second it takes, and how long the coordinator's proposals take;
 * and, from these, what more machines would give.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encode } from "../../dist/queue/codec.js";
import { queueEngine } from "../../dist/queue/index.js";
import { GPSampler } from "../../dist/tuner/samplers/gp.js";
import { RandomSampler } from "../../dist/tuner/samplers/random.js";
import { TPESampler } from "../../dist/tuner/samplers/tpe.js";
import { float, int } from "../../dist/tuner/searchSpace.js";
import { Study } from "../../dist/tuner/study.js";

const HELP = `Usage: npm run bench:queue -- [options]

For each queue, jobs of the size of a search's trials (2 kB there, 3 kB back) that take no time themselves:
  cost per trial    one job after another, with one worker: the time from putting it to having its answer
  trials a second   all at once, with --workers workers of 4 jobs each in this process: the ceiling of this machine
Then the proposals of TPE and of the Gaussian process, in rounds of 10, as a search grows, and what machines would give.
Nothing else should run meanwhile.

Options:
  --queue URL    redis://…, postgres://… or folder:DIR; repeatable (default: a temporary folder)
  --trials N     jobs of each measurement (default: 1000)
  --workers N    workers of the second (default: 4)
  --proposals N  trials up to which proposals are timed; 0: none (default: 10000)
  --help         show this
`;

const { values: flags } = parseArgs({
  options: {
    queue: { type: "string", multiple: true },
    trials: { type: "string", default: "1000" },
    workers: { type: "string", default: "4" },
    proposals: { type: "string", default: "10000" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [trials, workers, proposals] = ["trials", "workers", "proposals"].map((name) => {
  const value = Number(flags[name]);
  if (Number.isInteger(value) && value >= (name === "proposals" ? 0 : 1)) return value;
  console.error(`--${name} is ${flags[name]}, expected a whole number.`);
  return process.exit(2);
});

const PAYLOAD = encode({ settings: "x".repeat(2000) });
const ANSWER = encode({ outcome: "y".repeat(3000) });
const temporary = mkdtempSync(join(tmpdir(), "nnwasm-bench-"));
const milliseconds = (begin) => performance.now() - begin;

/** Runs `work` with a client while `count` workers of `concurrency` jobs each answer. */
async function withWorkers(url, count, concurrency, work) {
  const engine = queueEngine(url);
  const name = `bench-${process.pid}-${Math.trunc(performance.now())}`;
  const stop = new AbortController();
  const consumers = await Promise.all(
    Array.from({ length: count }, () => engine.openConsumer(url, { name })),
  );
  const consuming = consumers.map((consumer) =>
    consumer.consume(async () => ANSWER, { concurrency, stop: stop.signal }),
  );
  const client = await engine.openClient(url, { name });
  try {
    return await work(client);
  } finally {
    stop.abort();
    await Promise.all(consuming);
    await Promise.all(consumers.map((consumer) => consumer.close()));
    await client.close();
  }
}

const job = (set, i) => ({ id: `${set}-${i}`, payload: PAYLOAD });
const answered = (answer) => {
  if (answer !== ANSWER)
    throw new Error(`The answer has ${answer.length} characters, expected ${ANSWER.length}.`);
};

async function costPerTrial(url) {
  return await withWorkers(url, 1, 1, async (client) => {
    for (let i = 0; i < 20; i++) answered(await client.submit(job("warm", i)));
    const begin = performance.now();
    for (let i = 0; i < trials; i++) answered(await client.submit(job("one", i)));
    return milliseconds(begin) / trials;
  });
}

async function trialsPerSecond(url) {
  return await withWorkers(url, workers, 4, async (client) => {
    const begin = performance.now();
    const answers = await Promise.all(Array.from({ length: trials }, (_, i) => client.submit(job("all", i))));
    const seconds = milliseconds(begin) / 1000;
    answers.forEach(answered);
    return trials / seconds;
  });
}

const SPACE = {
  rate: float(1e-4, 1, { log: true }),
  l2: float(1e-6, 1e-1, { log: true }),
  units: int(8, 256, { log: true }),
  dropout: float(0, 0.5),
};
const ROUND = 10;

/**
 * Milliseconds of a proposal when a search has so many trials, over a round.
 * @param trials made up, so that the search need not be gone through
 */
async function millisecondsOfProposal(sampler, trials) {
  const random = new Study({
    sampler: new RandomSampler(),
    space: SPACE,
    direction: "minimize",
    roundSize: ROUND,
  });
  await random.optimize(lossOf, { trials });
  const options = { sampler, space: SPACE, roundSize: ROUND, direction: "minimize" };
  const probe = new Study(options);
  const before = random.trials.map((trial) => ({ ...trial, round: probe.roundOf(trial.number).round }));
  const study = new Study({ ...options, trials: before });
  const begin = performance.now();
  // The end of a round that is half gone by is not waited for.
  const { first, size } = study.roundOf(study.next);
  const asked = Math.min(first + size - study.next, ROUND);
  for (let i = 0; i < asked; i++) study.ask();
  return milliseconds(begin) / asked;
}

const lossOf = ({ params: { rate, l2, units, dropout } }) =>
  (Math.log10(rate) + 2) ** 2 + (Math.log10(l2) + 4) ** 2 / 4 + (units / 256 - 0.4) ** 2 + dropout;

/** What `machines` workers give with trials of so many seconds: trials a second. */
const given = (machines, seconds, { cost, ceiling }) => Math.min(machines / (seconds + cost / 1000), ceiling);

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}`);
if (loadavg()[0] > 0.7)
  console.log(`The machine is busy (load ${loadavg()[0].toFixed(1)}): these figures are not to be kept.`);
try {
  const measured = [];
  console.log(`\n| queue | cost per trial, ms | trials a second, ${workers} workers |\n| --- | --- | --- |`);
  for (const url of flags.queue ?? [`folder:${temporary}`]) {
    const cost = await costPerTrial(url);
    const ceiling = await trialsPerSecond(url);
    measured.push({ name: queueEngine(url).shown(url).replace(/:.*/, ""), cost, ceiling });
    console.log(`| ${measured.at(-1).name} | ${cost.toFixed(1)} | ${Math.round(ceiling)} |`);
  }
  console.log(
    "\nTrials a second that N workers would give, by these figures, and the share of N that is used:",
  );
  console.log("\n| queue | seconds of a trial | 10 workers | 100 | 1,000 |\n| --- | --- | --- | --- | --- |");
  for (const each of measured) {
    for (const seconds of [1, 10, 100]) {
      const cells = [10, 100, 1000].map((machines) => {
        const rate = given(machines, seconds, each);
        return `${rate.toPrecision(3)} (${Math.round((100 * rate * seconds) / machines)}%)`;
      });
      console.log(`| ${each.name} | ${seconds} | ${cells.join(" | ")} |`);
    }
  }
  if (proposals > 0) {
    const marks = [100, 300, 1000, 3000, 10_000].filter((mark) => mark <= proposals);
    console.log(
      `\nMilliseconds of a proposal, four parameters, rounds of ${ROUND}, when a search has N trials:`,
    );
    console.log(`\n| sampler | ${marks.join(" | ")} |\n| --- |${" --- |".repeat(marks.length)}`);
    for (const [name, sampler] of [
      ["TPE", new TPESampler()],
      ["Gaussian process", new GPSampler()],
    ]) {
      const cells = [];
      for (const mark of marks) cells.push((await millisecondsOfProposal(sampler, mark)).toFixed(1));
      console.log(`| ${name} | ${cells.join(" | ")} |`);
    }
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
