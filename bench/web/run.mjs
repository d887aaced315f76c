// Steps per second of the paper's networks on CIFAR-10: in the playground, on which the six files are dropped, beside Node with
// the same binary (narrow) and as many threads. Both train the same, to the same bits, which is asserted; they take turns.
//
//   NNWASM_DATA=DATA npm run bench:web                          DATA/cifar-10-batches-bin has the six files
//   npm run bench:web -- --rounds 9 --epochs 4 --threads 1,2
//
// Steps per second are those of the training alone, as its end tells them: the reading of samples, evaluations and checkpoints
// are no part of them. The page's pictures of the network, which are drawn meanwhile, are.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const PROGRAM = fileURLToPath(new URL("../../bin/nnwasm.js", import.meta.url));
const FILES = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"];
const NETWORKS = [
  { name: "3 layers", layers: "50,50" },
  { name: "9 layers", layers: "50,30,20,20,10,10,10,10" },
];
/** What the page is to reach of Node's steps per second. */
const TARGET = 0.9;
/** A training that takes longer than this hangs, in milliseconds. */
const LONGEST = 600_000;

const { values: given } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    epochs: { type: "string", default: "4" },
    threads: { type: "string", default: "1,2" },
  },
});
const rounds = positive("rounds", given.rounds);
const epochs = positive("epochs", given.epochs);
const threadCounts = given.threads.split(",").map((count) => positive("threads", count));

function positive(name, text) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  fail(`--${name} is ${text}, expected a whole number above 0.`);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  return (
    process.env.CHROMIUM ||
    found ||
    fail("There is no Chromium in PATH. Install it, or set CHROMIUM to its path.")
  );
}

function findFiles() {
  const root =
    process.env.NNWASM_DATA ?? fail("Set NNWASM_DATA to the folder that has cifar-10-batches-bin.");
  const folder = [join(root, "cifar-10-batches-bin"), root].find((path) =>
    existsSync(join(path, "test_batch.bin")),
  );
  if (folder === undefined)
    fail(`${root} has no cifar-10-batches-bin with CIFAR-10's six files. Set NNWASM_DATA.`);
  return { folder, files: FILES.map((name) => join(folder, `${name}.bin`)) };
}

/** Runs the program to its end. @returns the events that it prints */
function program(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0)
        resolve(
          out
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line)),
        );
      else reject(new Error(`nnwasm ${args.join(" ")} ended with ${code}:\n${err}`));
    });
  });
}

async function inNode({ layers }, threads, { folder }) {
  const cwd = mkdtempSync(join(tmpdir(), "nnwasm-bench-"));
  const sizes = ["--layers", layers, "--bn", "--epochs", `${epochs}`];
  const engine = ["--threads", `${threads}`, "--simd", "narrow"];
  try {
    const events = await program(["train", "--data", folder, ...sizes, ...engine, "--json"], cwd);
    const { stepsPerSecond, weightsSha256 } = events.find(({ event }) => event === "result");
    return { stepsPerSecond, weightsSha256 };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

async function inPage({ layers }, threads, { files }, { browser, url }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(LONGEST);
    await page.goto(
      `${url}#data=files&a.layers=${layers}&a.bn=after&a.epochs=${epochs}&a.threads=${threads}`,
    );
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Open your own file" }).click();
    await (await chooser).setFiles(files);
    await page.locator(".data-summary").getByText("cifar10", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    const hash = page.getByRole("group", { name: "Hash of the weights" }).locator("code");
    await hash.waitFor();
    const said = await page.getByRole("progressbar", { name: "Training" }).getAttribute("aria-valuetext");
    const [, pace, used] = /([\d,]+) steps\/s, (\d+) threads?$/.exec(said) ?? [];
    if (Number(used) !== threads)
      throw new Error(`The page has trained in ${used} threads, expected ${threads}.`);
    return { stepsPerSecond: Number(pace.replaceAll(",", "")), weightsSha256: await hash.textContent() };
  } finally {
    await context.close();
  }
}

/** Serves the page as users do. */
async function serve() {
  const child = spawn(process.execPath, [PROGRAM, "web", "--port", "0", "--no-open", "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more) => {
      text += more;
      if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0]).url);
    });
    child.on("close", (code) => reject(new Error(`nnwasm web has ended with ${code}.`)));
  });
  return { url, close: () => child.kill("SIGINT") };
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const range = (numbers) => `${Math.round(Math.min(...numbers))}–${Math.round(Math.max(...numbers))}`;

const data = findFiles();
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const site = await serve();
const cases = NETWORKS.flatMap((network) =>
  threadCounts.map((threads) => ({ network, threads, node: [], page: [] })),
);
const [load] = loadavg();
console.log(
  `${cpus()[0].model}, ${cpus().length} cores; Node ${process.versions.node}, Chromium ${browser.version()}`,
);
console.log(
  `CIFAR-10, batches of 100, BN after ReLU, ${epochs} epochs; ${rounds} rounds, medians (lowest–highest)`,
);
if (load > 0.7)
  console.log(`The machine is busy (load ${load.toFixed(1)}): these figures are not to be kept.`);
try {
  for (let round = 0; round < rounds; round++) {
    for (const { network, threads, node, page } of cases) {
      const ofNode = async () => node.push(await inNode(network, threads, data));
      const ofPage = async () => page.push(await inPage(network, threads, data, { browser, url: site.url }));
      for (const turn of round % 2 === 0 ? [ofNode, ofPage] : [ofPage, ofNode]) await turn();
      const hashes = new Set([...node, ...page].map(({ weightsSha256 }) => weightsSha256));
      if (hashes.size > 1) throw new Error(`${network.name}: page and Node do not come to the same weights.`);
      process.stderr.write(
        `round ${round + 1} of ${rounds}: ${network.name}, ${threads} ${threads === 1 ? "thread" : "threads"}\n`,
      );
    }
  }
} finally {
  site.close();
  await browser.close();
}
console.log("\n| network | threads | Node, steps/s | page, steps/s | page / Node |");
console.log("| --- | --- | --- | --- | --- |");
let lowest = Number.POSITIVE_INFINITY;
for (const { network, threads, node, page } of cases) {
  const [ofNode, ofPage] = [node, page].map((runs) => runs.map(({ stepsPerSecond }) => stepsPerSecond));
  const ratio = median(ofPage) / median(ofNode);
  lowest = Math.min(lowest, ratio);
  const cells = [ofNode, ofPage].map((paces) => `${Math.round(median(paces))} (${range(paces)})`);
  console.log(`| ${network.name} | ${threads} | ${cells.join(" | ")} | ${ratio.toFixed(2)} |`);
}
console.log(`\nThe lowest ratio is ${lowest.toFixed(2)}; the target is ${TARGET} or more.`);
