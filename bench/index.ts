/**
 * `npm run bench`: measures the wasm kernels and whole training steps beside tuned plain JavaScript (bench/baseline), by
 * turns in one process. Training steps and evaluations are measured in several threads as well. Tables go to stdout,
 * progress to stderr.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { MOST_THREADS, simdWidth } from "../src/backend/index.ts";
import { drawMeasured, drawSweeps, writeCharts } from "./charts.ts";
import { checkWritable, fail as failAs, parseOptions, progress } from "./commandLine.ts";
import { compareText, type Results, readResults } from "./compare.ts";
import { measureKernel } from "./kernelCase.ts";
import { gemm, kernels } from "./kernels.ts";
import { describeMachine, machineLine } from "./machine.ts";
import { measureGemmShare } from "./peak.ts";
import { type Measured, results, toJson, toText } from "./report.ts";
import {
  fullSweep,
  LADDERS,
  measureSweep,
  quickSweep,
  type Sweep,
  type SweepEffort,
  sweepTable,
} from "./sweep.ts";
import type { Effort } from "./timing.ts";
import {
  adamCases,
  cases,
  evaluations,
  flopsOfSample,
  flopsOfStep,
  makeData,
  TrainingContest,
} from "./training.bench.ts";
import { setWidth, widthOf } from "./width.ts";

const trainings = [...cases, ...adamCases];

/** The most threads if --threads is not given. */
const MOST_BY_DEFAULT = 8;

const help = `Usage: npm run bench -- [options]

Measures nnwasm's kernels and training steps against plain JavaScript, on one thread; training steps and evaluations
on several threads, too.
Results are checked first. Nothing else should run meanwhile.

Options:
  --json FILE     write the results to FILE as well
  --compare FILE  then set them against those that --json wrote to FILE earlier: new over old, what of it is the
                  machine (by the JavaScript, which both runs measure), and whether the rest is more than the spread
  --svg FOLDER    draw them: FOLDER/training.svg, kernels.svg
  --filter NAME   only the cases with NAME in their names: net9bn, matmul, 100x3072x50, peak, …
  --threads N     how many those are; default: as many as there are cores, up to ${MOST_BY_DEFAULT}. 1: none but the one
  --sweep         instead of all that: GFLOP/s of the matrix products against their size, in float32 and float64.
                  Sizes much slower than their neighbours are marked. With --svg, a chart each. --filter chooses among
                  ${LADDERS.map(({ name }) => name).join(", ")}
  --simd WIDTH    of the vectors: auto (what nnwasm info --simd says here; the default), wide, narrow
  --quick         a glance, in seconds: few samples, short slices, rough figures
  --help          show this

Is a change faster? Measure before and after it:
  npm run bench -- --filter net9bn --json before.json
  npm run bench -- --filter net9bn --compare before.json
`;

interface Plan {
  readonly kernel: Effort;
  readonly training: Effort;
  readonly samples: number;
  /** Steps of a training whose losses are compared first. The wide network has a tenth as many. */
  readonly checkedSteps: number;
  readonly peakRepeats: number;
  readonly sweep: SweepEffort;
}

const full: Plan = {
  kernel: { warmUp: 0.1, slice: 0.05, slices: 9, limit: 6 },
  training: { warmUp: 0.5, slice: 0.5, slices: 9, limit: 15 },
  samples: 45_000,
  checkedSteps: 20,
  peakRepeats: 20,
  sweep: fullSweep,
};
const quick: Plan = {
  kernel: { warmUp: 0.02, slice: 0.005, slices: 3, limit: 1 },
  training: { warmUp: 0.1, slice: 0.1, slices: 3, limit: 2 },
  samples: 5_000,
  checkedSteps: 10,
  peakRepeats: 5,
  sweep: quickSweep,
};

const SCRIPT = "bench";
const fail = (message: string) => failAs(SCRIPT, message);

type Options = Readonly<Record<"json" | "svg", string | undefined> & { filter: string }>;

const matching = (filter: string) => {
  const wanted = filter.toLowerCase();
  return ({ name }: { name: string }) => name.toLowerCase().includes(wanted);
};

async function runSweep({ json, svg, filter }: Options, { sweep: effort }: Plan): Promise<void> {
  const ladders = LADDERS.filter(matching(filter));
  if (ladders.length === 0) {
    fail(`No sweep has "${filter}" in its name. There are: ${LADDERS.map(({ name }) => name).join(", ")}.`);
  }
  const machine = describeMachine(simdWidth());
  process.stdout.write(`${machineLine(machine)}\n`);
  const sweeps: Sweep[] = [];
  for (const [i, ladder] of ladders.entries()) {
    progress(`${i + 1}/${ladders.length} ${ladder.name}`);
    const sweep = await measureSweep(ladder, effort);
    sweeps.push(sweep);
    process.stdout.write(`\n${sweepTable(sweep)}\n`);
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, sweeps }, null, 2)}\n`);
  if (svg !== undefined) writeCharts(svg, await drawSweeps(sweeps));
}

async function runCases(
  {
    json,
    svg,
    filter,
    compare,
    threads,
  }: Options & { readonly compare: string | undefined; readonly threads: number },
  plan: Plan,
): Promise<void> {
  let before: Results | undefined;
  try {
    if (compare !== undefined) before = readResults(compare);
  } catch (error) {
    fail(`--compare: ${(error as Error).message} Give a file that npm run bench -- --json FILE has written.`);
  }
  const matches = matching(filter);
  const chosenTrainings = trainings.filter(matches);
  const chosenEvaluations = evaluations.filter(matches);
  const chosenKernels = kernels.filter(matches);
  const isPeakChosen = matches({ name: "peak" }) || chosenKernels.includes(gemm);
  const total =
    chosenTrainings.length + chosenEvaluations.length + chosenKernels.length + Number(isPeakChosen);
  if (total === 0) {
    const names = [...trainings, ...evaluations, ...kernels].map(({ name }) => name);
    fail(`No case has "${filter}" in its name. There are: peak, ${names.join(", ")}.`);
  }

  let done = 0;
  const begin = (name: string) => progress(`${++done}/${total} ${name}`);
  const machine = describeMachine(simdWidth());
  if (isPeakChosen) begin("peak");
  const peak = isPeakChosen ? await measureGemmShare(gemm, plan.peakRepeats) : undefined;
  const measured: Measured[] = [];
  const needsData = chosenTrainings.length + chosenEvaluations.length > 0;
  const contest = needsData ? new TrainingContest(makeData(plan.samples)) : undefined;
  for (const each of chosenTrainings) {
    begin(each.name);
    const { name } = each;
    const steps = name === "wide" ? plan.checkedSteps / 10 : plan.checkedSteps;
    const { wasm, js, team } = await contest!.measure(each, plan.training, steps, threads);
    const common = { name, kind: "training", flops: flopsOfStep(each) } as const;
    measured.push({ ...common, threads: 1, wasm, js });
    if (team !== undefined) measured.push({ ...common, threads, wasm: team, js: undefined });
  }
  for (const each of chosenEvaluations) {
    begin(each.name);
    const counts = threads === 1 ? [1] : [1, threads];
    const timings = await contest!.measureEvaluation(each, plan.training, counts);
    const common = {
      name: each.name,
      kind: "evaluation",
      flops: flopsOfSample(each),
      js: undefined,
    } as const;
    timings.forEach((wasm, i) => {
      measured.push({ ...common, threads: counts[i]!, wasm });
    });
  }
  for (const each of chosenKernels) {
    begin(each.name);
    const [wasm, js] = await measureKernel(each, plan.kernel);
    measured.push({ name: each.name, kind: "kernel", flops: each.flops, threads: 1, wasm, js });
  }
  const report = { machine, peak, measured };
  process.stdout.write(`${toText(report)}\n`);
  if (before !== undefined) {
    process.stdout.write(`\n${compareText(compare!, before, { machine, results: results(measured) })}\n`);
  }
  if (json !== undefined) writeFileSync(json, toJson(report));
  if (svg !== undefined) writeCharts(svg, await drawMeasured(measured));
}

async function main(): Promise<void> {
  const {
    quick: isQuick,
    help: isHelp,
    sweep: isSweep,
    ...options
  } = parseOptions(SCRIPT, {
    json: { type: "string" },
    compare: { type: "string" },
    svg: { type: "string" },
    filter: { type: "string", default: "" },
    threads: { type: "string" },
    simd: { type: "string", default: "auto" },
    sweep: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (isHelp) {
    process.stdout.write(help);
    return;
  }
  const { json, svg, compare, filter } = options;
  if (isSweep && compare !== undefined) {
    fail("--compare does not go with --sweep, which has no JavaScript beside it. Give one of them.");
  }
  if (isSweep && options.threads !== undefined) {
    fail("--threads does not go with --sweep, which measures one. Give one of them.");
  }
  if (json !== undefined) checkWritable(SCRIPT, "--json", json);
  if (svg !== undefined) checkWritable(SCRIPT, "--svg", svg);
  const threads = Number(options.threads ?? Math.min(availableParallelism(), MOST_BY_DEFAULT));
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    fail(`--threads is ${options.threads}. Give an integer from 1 to ${MOST_THREADS}.`);
  }
  await setWidth(widthOf(SCRIPT, options.simd));
  const plan = isQuick ? quick : full;
  if (isSweep) await runSweep({ json, svg, filter }, plan);
  else await runCases({ json, svg, filter, compare, threads }, plan);
}

await main();
