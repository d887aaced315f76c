/**
 * `npm run bench:peers`: nnwasm beside whatever is installed of NumPy, PyTorch, TensorFlow.js, jax-js and
 * onnxruntime-web, each in a process of its own, by turns.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, freemem, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SimdWidth } from "../../src/backend/index.ts";
import { drawComparisons, writeCharts } from "../charts.ts";
import { checkWritable, fail as failAs, parseOptions, progress } from "../commandLine.ts";
import { gemm } from "../kernels.ts";
import { describeMachine, machineLine } from "../machine.ts";
import { type GemmShare, measureGemmShare } from "../peak.ts";
import { describePeak } from "../report.ts";
import { setWidth, widthOf } from "../width.ts";
import {
  describeReportCommand,
  describeTrainingCommand,
  describeWidths,
  measureReportCommand,
  measureTrainingCommand,
  type ReportCommand,
  type TrainingCommand,
} from "./command.ts";
import {
  type Context,
  compareAdam,
  compareInference,
  compareTraining,
  compareTwoTrainings,
  type Effort,
  settingsOf,
  cases as trainings,
} from "./compare.ts";
import {
  availability,
  OURS,
  PEERS,
  type PeerId,
  peersOn,
  peersWith,
  type Surroundings,
} from "./contenders.ts";
import { findPython, OPENMP_OPENBLAS, probePython } from "./installed.ts";
import {
  type AdamCost,
  availabilityTable,
  type Comparison,
  comparisonTable,
  describeAdamCost,
  describeTwoTrainings,
  type Lost,
  type TwoTrainings,
  toJson,
} from "./report.ts";
import { onnxModel } from "./shared/onnxModel.ts";

const SCRIPT = "bench:peers";
const fail = (message: string) => failAs(SCRIPT, message);

/** The names that --cases takes besides those of the trainings. */
const OTHERS = ["two", "adam", "inference", "gemm", "command", "report"] as const;
/** The cases that need the real data. */
const ON_DATA: readonly string[] = ["command", "report"];
const TRAININGS = trainings.map(({ name }) => name);
const CASES = [...TRAININGS, ...OTHERS];

const help = `Usage: npm run bench:peers -- [options]

Trains the networks of npm run bench in nnwasm and in its peers, each in a process of its own, by turns: a slice of
ours, a slice of each peer's, and again. A ratio is ours over a peer's in the same round, so a machine that drifts does
not favour either; the table has the median and the range over the rounds. A slice's rate is that of its median step:
what interrupts a few of them is another program's. With several threads it says how far apart the cores are, which the
host of a virtual machine may change from one minute to the next. First all begin with the same numbers, and whoever's
losses are not ours is left out. Nothing else should run meanwhile; with everything it takes about 25 minutes.

The peers are not dependencies of nnwasm, and nothing is installed here. What is there is used:
  npm install --prefix bench/peers       TensorFlow.js, jax-js and onnxruntime-web, for Node
  pip install numpy torch                or your system's packages: whatever python3 imports
Plain JavaScript (bench/baseline) needs nothing, nor does "narrow": nnwasm with narrow vectors, where ours are wide.

Cases: the trainings
  ${TRAININGS.slice(0, 7).join(", ")},
  ${TRAININGS.slice(7).join(", ")},
with one thread and with all (those with Adam beside NumPy and PyTorch, which have it here); "two": two trainings at
once over one alone; "adam": how much longer a step of net3bn takes with Adam, one thread; "inference": net9bn beside
onnxruntime-web; "gemm": a matrix product's share of the SIMD peak; on CIFAR-10, "command": how soon nnwasm train takes
its first step, and its memory; "report": how long nnwasm reproduce takes, with running training metrics and with full
ones.
Peers: ${PEERS.join(", ")}.

Options:
  --cases LIST    only these, with commas between them
  --peers LIST    only these, with commas between them
  --rounds N      rounds that are measured (default 7, --quick 3)
  --seconds S     length of a slice, at least two steps (default 0.7, --quick 0.2)
  --threads N     what "all" is (default: ${availableParallelism()}, the cores there are)
  --simd WIDTH    our vectors: auto (what nnwasm info --simd says here; the default), wide, narrow
  --nodes LIST    paths of other Nodes, with commas between them: nnwasm on each of them as well
  --python PATH   the interpreter (default: of python3 and /usr/bin/python3 the one that has more of the modules)
  --data FOLDER   the folder of data sets, with CIFAR-10 (default: NNWASM_DATA); without it no "command", no "report"
  --json FILE     write the results, of every round, to FILE as well
  --svg FOLDER    draw them: FOLDER/peers.svg
  --list          say what is installed, and end
  --quick         a glance: few samples and rounds, rough figures
  --help          show this

Example: is net3bn faster than NumPy and PyTorch with all cores, and than both with one?
  npm run bench:peers -- --cases net3bn --peers numpy,torch
`;

function listOf<T extends string>(
  option: string,
  what: string,
  text: string | undefined,
  choices: readonly T[],
): T[] {
  if (text === undefined) return [...choices];
  const words = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const unknown = words.find((word) => !choices.includes(word as T));
  if (unknown !== undefined) fail(`No ${what} "${unknown}". There are: ${choices.join(", ")}.`);
  if (words.length === 0) fail(`${option} is empty. There are: ${choices.join(", ")}.`);
  return choices.filter((choice) => words.includes(choice));
}

function numberOf(option: string, text: string | undefined, missing: number, isInteger: boolean): number {
  if (text === undefined) return missing;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const isRight = isInteger ? Number.isInteger(value) && value >= 1 : value > 0 && value < Infinity;
  if (!isRight) {
    const expected = isInteger ? "an integer ≥ 1" : "a number of seconds > 0";
    fail(`${option} is ${text}, expected ${expected}. See npm run ${SCRIPT} -- --help.`);
  }
  return value;
}

/** A contender's training samples take float32s, and as much again while they are made; half of what is free is used. */
function affordableSamples(wanted: number, contenders: number): number {
  const most = Math.floor(freemem() / 2 / (contenders * 3072 * 4 * 1.5));
  // Whole batches, so that a step is always a full one.
  return Math.min(wanted, Math.max(2560, most - (most % 2560)));
}

function surroundings(pythonPath: string | undefined, simd: SimdWidth): Surroundings {
  const bundle = dirname(fileURLToPath(import.meta.url));
  if (pythonPath !== undefined && probePython(pythonPath) === undefined) {
    fail(`--python ${pythonPath} is no Python 3 that runs. Give the path of an interpreter.`);
  }
  const commands = pythonPath === undefined ? ["python3", "/usr/bin/python3"] : [pythonPath];
  return {
    // The bundle is in build/bench-…/.
    folder: join(bundle, "..", "..", "bench", "peers"),
    shared: join(bundle, "shared.js"),
    python: findPython(commands),
    hasOpenMPOpenBlas: existsSync(OPENMP_OPENBLAS),
    architecture: process.arch,
    simd,
    env: process.env,
  };
}

async function main(): Promise<void> {
  const options = parseOptions(SCRIPT, {
    cases: { type: "string" },
    peers: { type: "string" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    threads: { type: "string" },
    simd: { type: "string", default: "auto" },
    nodes: { type: "string", default: "" },
    python: { type: "string" },
    data: { type: "string" },
    json: { type: "string" },
    svg: { type: "string" },
    list: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const { quick, json, svg } = options;
  const cases = listOf("--cases", "case", options.cases, CASES);
  const named = listOf("--peers", "peer", options.peers, PEERS);
  const nodes = options.nodes.split(",").filter((path) => path !== "");
  const missing = nodes.find((path) => !existsSync(path));
  if (missing !== undefined) fail(`--nodes: there is no ${missing}. Give the paths of executables.`);
  const wanted: PeerId[] = [...nodes.map((path) => `node:${path}` as const), ...named];
  const threads = numberOf("--threads", options.threads, availableParallelism(), true);
  const samples = quick ? 5_000 : 45_000;
  const effort: Effort = {
    rounds: numberOf("--rounds", options.rounds, quick ? 3 : 7, true),
    seconds: numberOf("--seconds", options.seconds, quick ? 0.2 : 0.7, false),
    warmUp: quick ? 0.2 : 1.5,
    limit: 240,
    samples: affordableSamples(samples, wanted.length + 1),
  };
  if (json !== undefined) checkWritable(SCRIPT, "--json", json);
  if (svg !== undefined) checkWritable(SCRIPT, "--svg", svg);
  const data = options.data ?? process.env.NNWASM_DATA;
  if (data && !existsSync(data)) {
    const source = options.data === undefined ? "NNWASM_DATA is" : "--data";
    fail(`${source} ${data}, which is not there. Give the folder of the data sets.`);
  }
  const asked = options.cases === undefined ? undefined : cases.find((name) => ON_DATA.includes(name));
  if (asked !== undefined && !data) {
    fail(`The case "${asked}" needs CIFAR-10. Give the folder of the data sets by --data, or NNWASM_DATA.`);
  }

  const simd = widthOf(SCRIPT, options.simd);
  const machine = describeMachine(simd);
  const there = surroundings(options.python, simd);
  const available = wanted.map((id) => availability(id, there));
  process.stdout.write(`${machineLine(machine)}\n\n${availabilityTable(available)}\n`);
  if (wanted.includes("torch") && there.python?.modules.torch !== undefined && there.hasOpenMPOpenBlas) {
    process.stdout.write(`PyTorch gets the OpenBLAS of ${OPENMP_OPENBLAS}.\n`);
  }
  if (options.list) return;
  if (effort.samples < samples) {
    process.stdout.write(`${effort.samples} training samples instead of ${samples}: memory is short.\n`);
  }

  const has = (id: PeerId) => available.some((each) => each.id === id && each.version !== undefined);
  const comparisons: Comparison[] = [];
  const lost: Lost[] = [];
  const context: Context = {
    surroundings: there,
    effort,
    onProgress: progress,
    onLost(each) {
      lost.push(each);
      process.stdout.write(`\n${each.where}: without ${each.id}: ${each.reason}\n`);
    },
  };
  const show = (comparison: Comparison | undefined) => {
    if (comparison === undefined) return;
    comparisons.push(comparison);
    process.stdout.write(`\n${comparisonTable(comparison)}\n`);
  };

  for (const each of trainings.filter(({ name }) => cases.includes(name))) {
    const able = peersWith(each.optimizer ?? "sgd", wanted.filter(has));
    for (const count of threads > 1 ? [threads, 1] : [1]) {
      const rivals = peersOn(count, able);
      if (rivals.length > 0) show(await compareTraining(each, count, rivals, context));
    }
  }
  let twoTrainings: TwoTrainings | undefined;
  if (cases.includes("two") && threads > 1) {
    const each = trainings.find(({ name }) => name === "net3bn")!;
    twoTrainings = await compareTwoTrainings(each, context);
    if (twoTrainings !== undefined) process.stdout.write(`\n${describeTwoTrainings(twoTrainings)}\n`);
  }
  let adamCost: AdamCost | undefined;
  if (cases.includes("adam")) {
    const each = trainings.find(({ name }) => name === "net3bn")!;
    adamCost = await compareAdam(each, context);
    if (adamCost !== undefined) process.stdout.write(`\n${describeAdamCost(adamCost)}\n`);
  }
  if (cases.includes("inference") && has("onnxruntime")) {
    const each = trainings.find(({ name }) => name === "net9bn")!;
    const folder = mkdtempSync(join(tmpdir(), "nnwasm-peers-"));
    try {
      const model = join(folder, "net9bn.onnx");
      writeFileSync(model, onnxModel(settingsOf(each, 1, 1)));
      for (const count of threads > 1 ? [1, threads] : [1]) {
        for (const batch of [100, 1]) show(await compareInference(each, batch, count, model, context));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  let trainingCommand: TrainingCommand | undefined;
  const reportCommands: ReportCommand[] = [];
  const onData = cases.filter((name) => ON_DATA.includes(name));
  if (onData.length > 0 && !data) {
    process.stdout.write(`\nWithout --data: ${onData.join(" and ")} left out.\n`);
  } else if (data) {
    try {
      if (cases.includes("command")) {
        progress("command");
        trainingCommand = await measureTrainingCommand(data, simd, effort.rounds);
        process.stdout.write(`\n${describeTrainingCommand(trainingCommand)}\n`);
      }
      const reports: [ReportCommand["trainingMetrics"], SimdWidth][] = [["running", simd]];
      if (has("narrow")) reports.push(["running", "narrow"]);
      for (const [metrics, width] of cases.includes("report") ? [...reports, ["full", simd] as const] : []) {
        progress(`report, ${metrics} training metrics, ${width} vectors`);
        const each = await measureReportCommand(data, metrics, width, quick);
        reportCommands.push(each);
        process.stdout.write(`\n${describeReportCommand(each)}${quick ? ", fig1 for an epoch" : ""}\n`);
      }
      const widths = describeWidths(reportCommands);
      if (widths !== undefined) process.stdout.write(`${widths}\n`);
    } catch (error) {
      // The numbers that were measured before are written all the same.
      context.onLost({ where: "the command", id: OURS, reason: (error as Error).message });
    }
  }
  let peak: GemmShare | undefined;
  if (cases.includes("gemm")) {
    progress("gemm");
    await setWidth(simd);
    peak = await measureGemmShare(gemm, quick ? 5 : 100);
    process.stdout.write(`\n${describePeak(peak)}\n`);
  }
  if (json !== undefined)
    writeFileSync(
      json,
      toJson({
        ...{ machine, available, comparisons, twoTrainings, adamCost, trainingCommand, reportCommands, peak },
        lost,
      }),
    );
  if (svg !== undefined) writeCharts(svg, await drawComparisons(comparisons));
}

// Each contender has a listener.
process.setMaxListeners(0);
// npm passes on a signal that the terminal has sent as well: the second one must not end what is done at the exit.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));
await main();
