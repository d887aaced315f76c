import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cases, checkOutputs, checkSteps, settingsOf } from "../../bench/peers/compare.ts";
import {
  availability,
  launch,
  PEERS,
  peersOn,
  peersWith,
  pythonEnvironment,
} from "../../bench/peers/contenders.ts";
import {
  availabilityTable,
  comparisonTable,
  describeAdamCost,
  describeTwoTrainings,
  toJson,
} from "../../bench/peers/report.ts";
import { canWiden } from "../../src/simd/flag.ts";

const data = process.env.NNWASM_DATA;
const folder = mkdtempSync(join(tmpdir(), "nnwasm-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));

function benchPeers(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bench/peers/run.mjs", ...args], {
    encoding: "utf8",
    env: { ...process.env, NNWASM_DATA: "" },
  });
  return { status, stdout, stderr };
}

describe("npm run bench:peers", () => {
  test("measures beside plain JavaScript, which is always there, and writes every round", () => {
    const file = join(folder, "peers.json");
    const options = ["--quick", "--rounds", "2", "--seconds", "0.05", "--json", file];
    const { status, stdout, stderr } = benchPeers("--cases", "net3bn", "--peers", "js", ...options);
    expect(stderr).toBe("net3bn, batch 100, 1 thread: nnwasm, js\n");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^js {4}bench\/baseline$/m);
    expect(stdout).toMatch(/^net3bn, batch 100, 2 rounds +threads +steps\/s +nnwasm +ratio +min – max$/m);
    expect(stdout).toMatch(/^plain JavaScript [\d.]+ \(V8\) +1 .*× /m);
    const { results, lost } = JSON.parse(readFileSync(file, "utf8"));
    expect(lost).toEqual([]);
    expect(results[0]).toMatchObject({ title: "net3bn, batch 100", threads: 1, unit: "steps/s" });
    const [ours, js] = results[0].contenders;
    expect([ours.id, ours.rates.length, js.id, js.rates.length]).toEqual(["nnwasm", 2, "js", 2]);
    expect(js.ratio.min).toBeGreaterThan(0);
  });

  test.skipIf(!data)("measures the command on CIFAR-10 (with NNWASM_DATA)", () => {
    const file = join(folder, "command.json");
    const { status, stdout, stderr } = benchPeers(
      ...[
        "--cases",
        "command,report",
        "--simd",
        "narrow",
        "--data",
        data!,
        "--rounds",
        "1",
        "--quick",
        "--json",
        file,
      ],
    );
    expect(stderr).toBe(
      "command\nreport, running training metrics, narrow vectors\nreport, full training metrics, narrow vectors\n",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^nnwasm train on CIFAR-10: the first step [\d.]+ s after the start \([\d.]+ – [\d.]+\), \d+ MB of memory at its largest \(\d+ – \d+\)$/m,
    );
    for (const metrics of ["running", "full"])
      expect(stdout).toMatch(
        new RegExp(
          `^nnwasm reproduce --training-metrics ${metrics}, narrow vectors: [\\d. min]+ s, fig1 for an epoch$`,
          "m",
        ),
      );
    const { trainingCommand, reportCommands } = JSON.parse(readFileSync(file, "utf8"));
    expect(trainingCommand.firstStepSeconds).toHaveLength(1);
    expect(Math.min(...trainingCommand.peakMemory)).toBeGreaterThan(184e6);
    expect(reportCommands).toHaveLength(2);
  });

  test("says what is installed, and what to do about what is not", () => {
    const { status, stdout, stderr } = benchPeers("--list");
    expect(status).toBe(0);
    expect(stderr).toBe("");
    for (const id of PEERS) expect(stdout).toMatch(new RegExp(`^${id} +\\S`, "m"));
  });

  test.each([
    [
      ["--cases", "net4"],
      'No case "net4". There are: net3, net3bn, net9, net9bn, wide, net3bn-adam, net9bn-adam, mid512, mid256, small64, small64bn, small128, mid256-adam, small64-adam, two, adam, inference, gemm, command, report.',
    ],
    [
      ["--peers", "numpy,theano"],
      'No peer "theano". There are: narrow, numpy, numpy-avx2, torch, torch-avx2, tfjs-wasm, tfjs-cpu, jax, js, js-unrolled, onnxruntime.',
    ],
    [
      ["--peers", ","],
      "--peers is empty. There are: narrow, numpy, numpy-avx2, torch, torch-avx2, tfjs-wasm, tfjs-cpu, jax, js, js-unrolled, onnxruntime.",
    ],
    [["--simd", "512"], 'No width "512". There are: auto, wide, narrow.'],
    [["--rounds", "2.5"], "--rounds is 2.5, expected an integer ≥ 1. See npm run bench:peers -- --help."],
    [
      ["--seconds", "0"],
      "--seconds is 0, expected a number of seconds > 0. See npm run bench:peers -- --help.",
    ],
    [["--threads", ""], "--threads is , expected an integer ≥ 1. See npm run bench:peers -- --help."],
    [
      ["--python", "/nowhere/python3"],
      "--python /nowhere/python3 is no Python 3 that runs. Give the path of an interpreter.",
    ],
    [["--data", "/nowhere"], "--data /nowhere, which is not there. Give the folder of the data sets."],
    [
      ["--cases", "two,report"],
      'The case "report" needs CIFAR-10. Give the folder of the data sets by --data, or NNWASM_DATA.',
    ],
    [
      ["--json", "/nowhere/peers.json"],
      "/nowhere/peers.json cannot be written: its folder is not there or is read-only. Give another path to --json.",
    ],
  ])("%s is refused before anything is measured", (args, message) => {
    expect(benchPeers(...args)).toEqual({ status: 2, stdout: "", stderr: `bench:peers: ${message}\n` });
  });

  test.skipIf(canWiden(process))("says where wide vectors are to be had (skipped where they are)", () => {
    const stderr = `bench:peers: --simd wide: Node ${process.versions.node} cannot widen vectors. Take Node 24 or later, or --simd auto.\n`;
    expect(benchPeers("--simd", "wide")).toEqual({ status: 2, stdout: "", stderr });
  });

  test("explains itself", () => {
    const { status, stdout } = benchPeers("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run bench:peers -- \[options\]\n/);
    expect(stdout).toContain("npm install --prefix bench/peers");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });
});

const surroundings = {
  folder,
  shared: "shared.js",
  python: { executable: "/usr/bin/python3", modules: { numpy: "1.24.2" } },
  hasOpenMPOpenBlas: true,
  architecture: "arm64",
  simd: "narrow" as const,
  env: {},
};

describe("contenders", () => {
  test("ourselves with narrow vectors are beside wide ones, and on other Nodes wherever they are named", () => {
    expect(availability("narrow", surroundings).missing).toBe("ours are narrow here");
    expect(availability("narrow", { ...surroundings, simd: "wide" }).version).toBe("nnwasm");
    const settings = settingsOf(cases[0]!, 5000, 2);
    const started = launch("node:/other/node", settings, { ...surroundings, simd: "wide" });
    expect([started.command, started.args.at(-1)]).toEqual(["/other/node", "auto"]);
    const all = ["node:/other/node", "narrow", "js", "torch", "onnxruntime"] as const;
    expect(peersOn(2, all)).toEqual(["node:/other/node", "narrow", "torch"]);
    expect(peersOn(1, all)).toEqual(["node:/other/node", "narrow", "js", "torch"]);
  });

  test("what is missing comes with how to get it", () => {
    expect(availability("numpy", surroundings)).toEqual({
      id: "numpy",
      version: "numpy 1.24.2 of /usr/bin/python3",
    });
    for (const id of ["numpy-avx2", "torch-avx2"] as const)
      expect(availability(id, surroundings).missing).toBe("only x64 processors have AVX2");
    expect(availability("torch", surroundings).missing).toBe(
      "install torch for python3, or name another with --python PATH",
    );
    expect(availability("jax", surroundings).missing).toBe("npm install --prefix bench/peers");
  });

  test("some networks are trained with Adam too, by the peers that have it here, at a hundredth of SGD's rate", () => {
    const settings = cases.map((each) => ({ name: each.name, ...settingsOf(each, 5000, 2) }));
    const withAdam = settings.filter(({ optimizer }) => optimizer === "adam");
    expect(withAdam.map(({ name, etaMax }) => [name, etaMax])).toEqual([
      ["net3bn-adam", 1e-3],
      ["net9bn-adam", 1e-3],
      ["mid256-adam", 1e-3],
      ["small64-adam", 1e-3],
    ]);
    for (const own of withAdam) {
      const { name, ...network } = settings.find(({ name }) => `${name}-adam` === own.name)!;
      expect(own).toEqual({
        ...network,
        name: `${name}-adam`,
        optimizer: "adam",
        etaMax: network.etaMax / 100,
      });
    }
    expect(peersWith("adam", PEERS)).toEqual(["narrow", "numpy", "numpy-avx2", "torch", "torch-avx2"]);
    expect(peersWith("adam", ["js", "torch"])).toEqual(["torch"]);
    expect(peersWith("sgd", PEERS)).toEqual(PEERS);
  });

  test("a BLAS gets its threads and chooses its kernels by the CPU, whatever the machine presets", () => {
    const env = {
      OPENBLAS_CORETYPE: "Prescott",
      OPENBLAS_L2_SIZE: "1",
      ATEN_CPU_CAPABILITY: "default",
      PATH: "/bin",
      LD_LIBRARY_PATH: "/opt/lib",
    };
    const threads = { OPENBLAS_NUM_THREADS: "2", OMP_NUM_THREADS: "2", MKL_NUM_THREADS: "2" };
    const common = {
      ...threads,
      PATH: "/bin",
      LD_LIBRARY_PATH: "/opt/lib",
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const machine = { env, hasOpenMPOpenBlas: true };
    expect(pythonEnvironment("numpy", 2, machine)).toEqual(common);
    expect(pythonEnvironment("numpy-avx2", 2, machine)).toEqual({ ...common, OPENBLAS_CORETYPE: "Haswell" });
    expect(pythonEnvironment("torch", 2, machine)).toEqual({
      ...common,
      LD_LIBRARY_PATH: "/usr/lib/x86_64-linux-gnu/openblas-openmp:/opt/lib",
    });
    expect(pythonEnvironment("torch", 2, { env, hasOpenMPOpenBlas: false })).toEqual(common);
    expect(pythonEnvironment("torch-avx2", 2, { env, hasOpenMPOpenBlas: false })).toEqual({
      ...common,
      OPENBLAS_CORETYPE: "Haswell",
      ATEN_CPU_CAPABILITY: "avx2",
    });
  });

  test("one that does not train or predict the same is refused", () => {
    const ours = { losses: [3, 2, 1], penalty: 0.5 };
    expect(() => checkSteps({ losses: [3, 2.001, 1], penalty: 0.5 }, ours)).not.toThrow();
    expect(() => checkSteps({ losses: [3, 2.01, 1], penalty: 0.5 }, ours)).toThrow(
      /^its loss at step 2 is 2\.01, ours 2: it does not train the same$/,
    );
    expect(() => checkSteps({ losses: [3, 2], penalty: 0.5 }, ours)).toThrow(
      /^its loss at step 3 is undefined, ours 1: it does not train the same$/,
    );
    expect(() => checkSteps({ losses: [3, 2, 1], penalty: 0.49 }, ours)).toThrow(
      /^its penalty after 3 steps is 0\.49, ours 0\.5: it does not train the same$/,
    );
  });

  test("is compared before chaos: rounding may grow, another way of training may not", () => {
    const losses = [3.09, 3.07, 2.78, 2.65, 2.42, 2.12, 2.0, 1.84, 1.72, 1.61];
    const ours = { losses, penalty: 0.5 };
    /** Relative differences that begin with `first` and grow by `factor` a step. */
    const off = (first: number, factor: number) => ({
      losses: losses.map((loss, i) => loss * (1 + first * factor ** i)),
      penalty: 0.5,
    });
    expect(() => checkSteps(off(1e-7, 2.2), ours)).not.toThrow();
    expect(() => checkSteps(off(1e-7, 4), ours)).not.toThrow(); // 3e-5 at the fifth step, 0.03 at the tenth
    expect(() => checkSteps(off(1e-7, 20), ours)).toThrow(/^its loss at step 5 is /);
    expect(() => checkSteps(off(2e-3, 1), ours)).toThrow(/^its loss at step 1 is /);
    const late = losses.map((loss, i) => (i === 8 ? loss * 1.005 : loss));
    expect(() => checkSteps({ losses: late, penalty: 0.50001 }, ours)).not.toThrow();
    // What it would be if the rate did not fall, if a loss were missing, and without the penalty's gradient.
    for (const last of [losses[9]! * 0.8, Number.NaN]) {
      expect(() => checkSteps({ losses: [...losses.slice(0, 9), last], penalty: 0.5 }, ours)).toThrow(
        /^its loss at step 10 is /,
      );
    }
    expect(() => checkSteps({ losses: losses.slice(0, 9), penalty: 0.5 }, ours)).toThrow(
      /step 10 is undefined/,
    );
    expect(() => checkSteps({ losses, penalty: 0.5025 }, ours)).toThrow(
      /^its penalty after 10 steps is 0\.5025/,
    );
  });

  test("is refused if its outputs differ", () => {
    expect(() => checkOutputs([0.5, 0.50005], [0.5, 0.5])).not.toThrow();
    expect(() => checkOutputs([0.5, Number.NaN], [0.5, 0.5])).toThrow(
      /^its output 1 of 2 is NaN, ours 0\.5 of 2: it does not predict the same$/,
    );
  });
});

const contender = (id: string, name: string, rates: number[]) => ({
  id,
  introduction: { name, version: "1.0", threads: 2, engine: "BLAS" },
  rates,
});
const comparison = {
  title: "net3bn, batch 100",
  threads: 2,
  unit: "steps/s",
  ours: contender("nnwasm", "nnwasm", [100, 110, 90]),
  peers: [contender("numpy", "NumPy", [50, 50, 60]), contender("torch", "PyTorch", [40, 55, 30])],
  roundTrips: [110.4, 539.6, 109],
};

describe("the comparison's report", () => {
  test("has a row for every peer, and with all cores one over the best of each round", () => {
    expect(comparisonTable(comparison)).toBe(
      `
net3bn, batch 100, 3 rounds  threads  steps/s  nnwasm  ratio    min – max
NumPy 1.0 (BLAS)                   2     50.0     100  2.00×  1.50 – 2.20
PyTorch 1.0 (BLAS)                 2     40.0     100  2.50×  2.00 – 3.00
the best of them                         55.0     100  2.00×  1.50 – 2.00
From core to core and back, before every round: 110, 540, 109 ns.`.trimStart(),
    );
  });

  test("holds ourselves in another way for no peer, and has a row over those with AVX2", () => {
    const narrow = contender("narrow", "nnwasm", [90, 90, 90]);
    const slow = ["numpy-avx2", "torch-avx2"].map((id) => contender(id, id, [25, 20, 45]));
    const lines = comparisonTable({ ...comparison, peers: [narrow, ...comparison.peers, ...slow] }).split(
      "\n",
    );
    expect(lines[1]).toMatch(/^nnwasm 1\.0 \(BLAS\) +2 +90\.0 +100 +1\.11× +1\.00 – 1\.22$/);
    expect(lines[6]).toMatch(/^the best of them +55\.0 +100 +2\.00× +1\.50 – 2\.00$/);
    expect(lines[7]).toMatch(/^the best with AVX2 +25\.0 +100 +4\.00× +2\.00 – 5\.50$/);
  });

  test("says when fewer threads were used than allowed", () => {
    expect(
      comparisonTable({ ...comparison, threads: 4, peers: [] })
        .split("\n")
        .at(-1),
    ).toBe("nnwasm had 2 of 4 threads: this version has no more.");
  });

  test("says when PyTorch has an OpenBLAS in which its threads cannot be fast", () => {
    const withEngine = (engine: string) => {
      const torch = contender("torch", "PyTorch", [40, 55, 30]);
      const peers = [{ ...torch, introduction: { ...torch.introduction, engine } }];
      return comparisonTable({ ...comparison, peers });
    };
    const notice = "Install the build with OpenMP (Debian's libopenblas0-openmp).";
    expect(withEngine("OpenBLAS 0.3.21 Haswell, Adam foreach")).toContain(notice);
    expect(withEngine("OpenBLAS 0.3.21 Haswell OpenMP, Adam foreach")).not.toContain(notice);
    expect(withEngine("MKL")).not.toContain(notice);
  });

  test("tells what two trainings at once make of the machine", () => {
    expect(describeTwoTrainings({ name: "net3bn", one: [100, 100], two: [190, 200] })).toBe(
      "two trainings of net3bn at once, one thread each: 195 steps/s, one alone 100: 1.95× (1.90 – 2.00)",
    );
  });

  test("tells what Adam costs over SGD", () => {
    expect(describeAdamCost({ name: "net3bn", sgd: [100, 120], adam: [90, 100] })).toBe(
      "a step of net3bn with Adam, one thread: 15.6% longer than with SGD (11.1% – 20.0%); 95.0 and 110 steps/s",
    );
  });

  test("lists what is installed", () => {
    expect(
      availabilityTable([
        { id: "js", version: "bench/baseline" },
        { id: "numpy-avx2", missing: "only x64 processors have AVX2" },
      ]),
    ).toBe(
      "peer        installed\njs          bench/baseline\nnumpy-avx2  no: only x64 processors have AVX2",
    );
  });

  test("the JSON has every round, and the ratios", () => {
    const machine = {
      cpu: "A CPU",
      cores: 2,
      memory: 24,
      platform: "linux-x64",
      node: "20.1.0",
      v8: "11.3",
      vectors: "narrow" as const,
    };
    const twoTrainings = { name: "net3bn", one: [100], two: [190] };
    const adamCost = { name: "net3bn", sgd: [125], adam: [100] };
    const json = JSON.parse(
      toJson({
        ...{ machine, available: [], comparisons: [comparison], twoTrainings, adamCost },
        ...{ trainingCommand: undefined, reportCommands: [], peak: undefined, lost: [] },
      }),
    );
    expect(json.machine).toEqual(machine);
    expect(json.results[0].contenders[1]).toEqual({
      id: "numpy",
      name: "NumPy",
      version: "1.0",
      threads: 2,
      engine: "BLAS",
      rate: { median: 50, min: 50, max: 60 },
      rates: [50, 50, 60],
      ratio: { median: 2, min: 1.5, max: 2.2 },
    });
    expect(json.results[0].overTheBest).toEqual({ median: 2, min: 1.5, max: 2 });
    expect(json.twoTrainings.ratio).toEqual({ median: 1.9, min: 1.9, max: 1.9 });
    expect(json.adamCost.cost).toEqual({ median: 0.25, min: 0.25, max: 0.25 });
  });
});
