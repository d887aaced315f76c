/**
 * `npm run bench:tables`: a large CSV is read, trained on for one epoch and predicted, by nnwasm's command line and, beside it, by
 * pandas and scikit-learn, in processes of their own, one after another.
 */
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HELP = `Usage: npm run bench:tables -- [options]

Makes a table of 30 columns (24 of numbers, 5 of categories, 4 of them with 3% blanks; and a target of two classes), seeded. Then
nnwasm train reads it and trains one epoch (one hidden layer of 64, batches of 256, Adam), and nnwasm predict answers all its rows
into a CSV file. Python does the same with pandas.read_csv, SimpleImputer, StandardScaler, OneHotEncoder and MLPClassifier, if
Debian's python3-pandas and python3-sklearn are installed, or the same from pip. Nothing else should run meanwhile.

Options:
  --rows N       rows of the table (default: 1000000)
  --rounds N     how many times each is run, by turns; the table has the fastest (default: 1)
  --threads N    threads of both (default: 1)
  --python PATH  the interpreter (default: /usr/bin/python3)
  --json FILE    write the results of every round to FILE as well
  --help         show this
`;

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const HIDDEN = 64;
const BATCH = 256;
const NUMBERS = 24;
const CATEGORIES = 5;

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    python: { type: "string", default: "/usr/bin/python3" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const rows = Number(flags.rows);
const rounds = Number(flags.rounds);
/** A generator of 32 bits (xorshift), so that the table is the same everywhere. */
function generator(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** Writes the table. Two numbers and a category decide the target, as far as chance lets them. */
async function makeTable(path) {
  const random = generator(20_261_130);
  const file = createWriteStream(path);
  const names = [
    ...Array.from({ length: NUMBERS }, (_, j) => `n${j}`),
    ...Array.from({ length: CATEGORIES }, (_, j) => `c${j}`),
    "target",
  ];
  let text = `${names.join(",")}\n`;
  for (let i = 0; i < rows; i++) {
    const cells = [];
    let score = 0;
    for (let j = 0; j < NUMBERS; j++) {
      const value = random() + random() + random() - 1.5;
      if (j < 2) score += value;
      const isBlank = j >= NUMBERS - 4 && random() < 0.03;
      // Some are measured, some counted.
      cells.push(
        isBlank ? "" : j % 4 === 3 ? String(Math.round(value * 1000)) : (value * 10 ** (j % 4)).toFixed(4),
      );
    }
    for (let j = 0; j < CATEGORIES; j++) {
      const value = Math.floor(random() * (4 + 4 * j));
      if (j === 0 && value === 2) score += 0.5;
      cells.push(`level ${value}`);
    }
    cells.push(score + 0.4 * (random() - 0.5) > 0.1 ? "yes" : "no");
    text += `${cells.join(",")}\n`;
    if (text.length < 2 ** 20) continue;
    if (!file.write(text)) await new Promise((resolve) => file.once("drain", resolve));
    text = "";
  }
  file.end(text);
  await finished(file);
}

/** Runs a program to its end. @returns what it wrote, and when the first line of stdout that holds `mark` came */
function runProgram(command, args, { mark, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr, marked] = ["", "", undefined];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      if (mark !== undefined && marked === undefined && stdout.includes(mark)) {
        marked = (performance.now() - begin) / 1000;
      }
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const seconds = (performance.now() - begin) / 1000;
      if (code === 0) resolve({ stdout, stderr, seconds, marked });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stderr.slice(-2000)}`));
    });
  });
}

const PEAK = `process.on("exit",()=>process.stderr.write("\\npeak "+process.resourceUsage().maxRSS*1024+"\\n"))`;
const nnwasm = (args, mark) =>
  runProgram(process.execPath, [join(root, "bin", "nnwasm.js"), ...args], {
    mark,
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PEAK)}` },
  });
/** The program's threads of another kind end first, so the last one is the process's. */
const peakOf = ({ stderr }) => Number([...stderr.matchAll(/^peak (\d+)$/gm)].at(-1)[1]);

async function runOurs(folder, table) {
  const model = join(folder, "run");
  const trained = await nnwasm(
    [
      ...[
        "train",
        table,
        "--target",
        "target",
        "--preset",
        "paper",
        "--standardize",
        "robust",
        "--layers",
        String(HIDDEN),
      ],
      ...[
        "--optimizer",
        "adam",
        "--lr-schedule",
        "constant",
        "--eta-max",
        "0.001",
        "--l2",
        "0",
        "--batch",
        String(BATCH),
      ],
      ...[
        "--epochs",
        "1",
        "--validation",
        "1000",
        "--threads",
        flags.threads,
        "--out",
        model,
        "--force",
        "--json",
        "--quiet",
      ],
    ],
    '"event":"start"',
  );
  const events = trained.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { trainSeconds } = events.find(({ event }) => event === "result");
  const out = join(folder, "ours.csv");
  const predicted = await nnwasm([
    "predict",
    model,
    table,
    "--out",
    out,
    "--threads",
    flags.threads,
    "--quiet",
  ]);
  return {
    seconds: {
      "read and prepare": trained.marked,
      train: trainSeconds,
      "all of train": trained.seconds,
      predict: predicted.seconds,
    },
    peakBytes: { train: peakOf(trained), predict: peakOf(predicted) },
    versions: `Node ${process.versions.node}`,
  };
}

async function runPython(folder, table) {
  const threads = Object.fromEntries(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map((name) => [name, flags.threads]),
  );
  const args = [
    join(root, "bench/tables/python.py"),
    table,
    table,
    join(folder, "python.csv"),
    HIDDEN,
    BATCH,
  ];
  try {
    const { stdout } = await runProgram(flags.python, args.map(String), { env: threads });
    const result = JSON.parse(stdout);
    if (result.absent !== undefined) return result;
    const { read, prepare, train, predict } = result.seconds;
    const seconds = {
      "read and prepare": read + prepare,
      train,
      "all of train": read + prepare + train,
      predict,
    };
    return { ...result, seconds };
  } catch (error) {
    if (error.code === "ENOENT") return { absent: `${flags.python} is not there` };
    throw error;
  }
}

async function run() {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-tables-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const table = join(folder, "table.csv");
  process.stderr.write(`making ${rows} rows …\n`);
  await makeTable(table);
  const megabytes = statSync(table).size / 1e6;
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [name, measure] of [
      ["nnwasm", runOurs],
      ["Python", runPython],
    ]) {
      process.stderr.write(`round ${round}: ${name} …\n`);
      results.push({ name, round, ...(await measure(folder, table)) });
    }
  }
  const machine = `${cpus()[0]?.model ?? "unknown"}, Node ${process.versions.node}`;
  print(megabytes, machine, results);
  if (flags.json !== undefined) {
    const settings = { rows, columns: NUMBERS + CATEGORIES + 1, megabytes, hidden: HIDDEN, batch: BATCH };
    writeFileSync(
      flags.json,
      `${JSON.stringify({ machine, threads: flags.threads, ...settings, results }, null, 2)}\n`,
    );
  }
}

function print(megabytes, machine, results) {
  const line = (cells) =>
    process.stdout.write(
      `${cells.map((cell, i) => (i === 0 ? cell.padEnd(18) : cell.padStart(26))).join("")}\n`,
    );
  const best = (name, part) =>
    Math.min(...results.filter((its) => its.name === name && its.seconds).map((its) => its.seconds[part]));
  const absent = results.find((its) => its.absent !== undefined);
  process.stdout.write(
    `${rows} rows × ${NUMBERS + CATEGORIES + 1} columns, ${megabytes.toFixed(0)} MB; ${machine}; ${flags.threads} thread(s)\n\n`,
  );
  line(["", "nnwasm", absent ? "" : "pandas and scikit-learn"]);
  for (const part of ["read and prepare", "train", "all of train", "predict"]) {
    const text = (name) => {
      const seconds = best(name, part);
      return `${seconds.toFixed(2)} s, ${Math.round(rows / seconds)} rows/s`;
    };
    line([part, text("nnwasm"), absent ? "" : text("Python")]);
  }
  const peak = (name) =>
    Math.max(
      ...results
        .filter((its) => its.name === name && its.peakBytes)
        .flatMap((its) => Object.values(its.peakBytes)),
    );
  const text = (name) => `${(peak(name) / 1e6).toFixed(0)} MB`;
  line(["peak memory", text("nnwasm"), absent ? "" : text("Python")]);
  const ours = results.find(({ name }) => name === "nnwasm").peakBytes;
  process.stdout.write(`\nnnwasm's predict alone: ${(ours.predict / 1e6).toFixed(0)} MB.\n`);
  if (absent)
    process.stdout.write(`Python: ${absent.absent}. Debian has python3-pandas and python3-sklearn.\n`);
  else process.stdout.write(`${results.find(({ name }) => name === "Python").versions}\n`);
}

if (flags.help) {
  process.stdout.write(HELP);
} else if (!Number.isSafeInteger(rows) || rows < 1000 || !Number.isSafeInteger(rounds) || rounds < 1) {
  process.stderr.write("bench:tables: --rows is an integer from 1000 on, --rounds one from 1 on.\n");
  process.exitCode = 2;
} else {
  await run();
}
