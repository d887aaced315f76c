/**
 * `npm run bench`: the wasm kernels and whole training steps beside tuned plain JavaScript (bench/baseline), by turns
 * in one process. Tables go to stdout, progress to stderr.
 */
import { writeFileSync } from "node:fs";
import { checkWritable, fail as failAs, parseOptions, progress } from "./commandLine.ts";
import { measureKernel } from "./kernelCase.ts";
import { gemm, kernels } from "./kernels.ts";
import { describeMachine } from "./machine.ts";
import { measureGemmShare } from "./peak.ts";
import { type Measured, toJson, toText } from "./report.ts";
import type { Effort } from "./timing.ts";
import { flopsOfStep, makeData, TrainingContest, cases as trainings } from "./training.bench.ts";

const help = `Usage: npm run bench -- [options]

Measures nnwasm's kernels and training steps against plain JavaScript, on one thread.
Results are checked first. Nothing else should run meanwhile.

Options:
  --json FILE    write the results to FILE as well
  --filter NAME  only the cases with NAME in their names: net9bn, matmul, 100x3072x50, peak, …
  --quick        a glance, in seconds: few samples, short slices, rough figures
  --help         show this
`;

interface Plan {
  readonly kernel: Effort;
  readonly training: Effort;
  readonly samples: number;
  /** Steps of a training whose losses are compared first; of the wide network a tenth. */
  readonly checkedSteps: number;
  readonly peakRepeats: number;
}

const full: Plan = {
  kernel: { warmUp: 0.1, slice: 0.05, slices: 9, limit: 6 },
  training: { warmUp: 0.5, slice: 0.5, slices: 9, limit: 15 },
  samples: 45_000,
  checkedSteps: 20,
  peakRepeats: 20,
};
const quick: Plan = {
  kernel: { warmUp: 0.02, slice: 0.005, slices: 3, limit: 1 },
  training: { warmUp: 0.1, slice: 0.1, slices: 3, limit: 2 },
  samples: 5_000,
  checkedSteps: 10,
  peakRepeats: 5,
};

const SCRIPT = "bench";
const fail = (message: string) => failAs(SCRIPT, message);

async function main(): Promise<void> {
  const {
    json,
    filter,
    quick: isQuick,
    help: isHelp,
  } = parseOptions(SCRIPT, {
    json: { type: "string" },
    filter: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (isHelp) {
    process.stdout.write(help);
    return;
  }
  if (json !== undefined) checkWritable(SCRIPT, "--json", json);
  const plan = isQuick ? quick : full;
  const matches = ({ name }: { name: string }) => name.toLowerCase().includes(filter.toLowerCase());
  const chosenTrainings = trainings.filter(matches);
  const chosenKernels = kernels.filter(matches);
  const isPeakChosen = matches({ name: "peak" }) || chosenKernels.includes(gemm);
  const total = chosenTrainings.length + chosenKernels.length + Number(isPeakChosen);
  if (total === 0) {
    const names = [...trainings, ...kernels].map(({ name }) => name);
    fail(`No case has "${filter}" in its name. There are: peak, ${names.join(", ")}.`);
  }

  let done = 0;
  const begin = (name: string) => progress(`${++done}/${total} ${name}`);
  const machine = describeMachine();
  if (isPeakChosen) begin("peak");
  const peak = isPeakChosen ? await measureGemmShare(gemm, plan.peakRepeats) : undefined;
  const measured: Measured[] = [];
  const contest = chosenTrainings.length > 0 ? new TrainingContest(makeData(plan.samples)) : undefined;
  for (const each of chosenTrainings) {
    begin(each.name);
    const steps = each.name === "wide" ? plan.checkedSteps / 10 : plan.checkedSteps;
    const [wasm, js] = await contest!.measure(each, plan.training, steps);
    measured.push({ name: each.name, kind: "training", flops: flopsOfStep(each), wasm, js });
  }
  for (const each of chosenKernels) {
    begin(each.name);
    const [wasm, js] = await measureKernel(each, plan.kernel);
    measured.push({ name: each.name, kind: "kernel", flops: each.flops, wasm, js });
  }
  const report = { machine, peak, measured };
  process.stdout.write(`${toText(report)}\n`);
  if (json !== undefined) writeFileSync(json, toJson(report));
}

await main();
