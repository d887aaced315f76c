/**
 * Whether V8 should widen pairs of vectors to 256 bits on this machine: a verdict, reached once for a version of Node, a processor and
 * a build. Every kernel is run at both widths by V8's optimising compiler. Where a bit differs, or where nothing is gained, the
 * process stays narrow.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { SimdWidth } from "../backend/index.ts";
import { NnwasmError } from "../errors.ts";
import { makeFolder } from "../files/folders.ts";
import { readFileBytes, writeWholeFile } from "../files/nodeFiles.ts";
import { decodeUtf8 } from "../runtime.ts";
import { plain as narrowBinary } from "../wasm/binaries.generated.ts";
import { plain as wideBinary } from "../wasm/wideBinaries.generated.ts";
import { type CaseResult, TIMED } from "./cases.ts";
import { canWiden, WIDEN } from "./flag.ts";

/** All kernels are optimised when they are first called, so that no result is that of the baseline compiler. */
const OPTIMISED = "--no-liftoff";

/** How long all cases may take at one width: they take half a second. */
const MOST_MILLISECONDS = 20_000;

/** The least gain for which a process is widened, as a ratio of times. */
const WORTH = 1.03;

/** For which a verdict holds. */
export interface VerdictBasis {
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  /** Of the kernels, narrow and wide. */
  readonly build: string;
}

export interface Verdict extends VerdictBasis {
  readonly width: SimdWidth;
  /** Why, as a sentence. */
  readonly reason: string;
  /** Whether the wide kernels can be used at all: they ran, and gave the same bits. */
  readonly sameBits: boolean;
  /** Narrow time over wide, by the names of the larger cases. */
  readonly gains: Readonly<Record<string, number>>;
}

export function verdictBasis(): VerdictBasis {
  const { node, v8 } = process.versions;
  const build = createHash("sha256").update(narrowBinary).update(wideBinary).digest("hex").slice(0, 12);
  return { node, v8, cpu: cpus()[0]?.model ?? "unknown", build };
}

/** The file of this verdict in a folder: another Node, processor or build has another one. */
export function verdictFile(folder: string, basis: VerdictBasis): string {
  const key = createHash("sha256").update(JSON.stringify(basis)).digest("hex").slice(0, 12);
  return `${folder}/simd-${key}.json`;
}

const sameBasis = (one: VerdictBasis, other: VerdictBasis): boolean =>
  (["node", "v8", "cpu", "build"] as const).every((key) => one[key] === other[key]);

const isVerdict = ({ width, reason, sameBits, gains }: Verdict): boolean =>
  (width === "narrow" || (width === "wide" && sameBits)) &&
  typeof reason === "string" &&
  typeof sameBits === "boolean" &&
  typeof gains === "object" &&
  gains !== null;

/** The verdict that was reached before; undefined if there is none, or none that can be read. */
export async function readVerdict(folder: string): Promise<Verdict | undefined> {
  const basis = verdictBasis();
  try {
    const verdict = JSON.parse(decodeUtf8(await readFileBytes(verdictFile(folder, basis)))) as Verdict;
    return isVerdict(verdict) && sameBasis(verdict, basis) ? verdict : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reaches the verdict, in about two seconds, and keeps it. Where it cannot be kept, it holds all the same.
 * @param options.signal ends it
 */
export async function reachVerdict(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Verdict> {
  const basis = verdictBasis();
  const { isFinal, ...judgement } = await judge(signal);
  const verdict = { ...basis, ...judgement };
  if (!isFinal) return verdict;
  try {
    await makeFolder(folder);
    await writeWholeFile(verdictFile(folder, basis), `${JSON.stringify(verdict)}\n`);
  } catch (error) {
    if (!(error instanceof NnwasmError)) throw error;
  }
  return verdict;
}

type Judgement = Omit<Verdict, keyof VerdictBasis>;

const unusable = (reason: string): Judgement => ({ width: "narrow", reason, sameBits: false, gains: {} });

/** A verdict that is final is kept. What a busy machine or a missing permission has spoilt may go well the next time. */
async function judge(signal: AbortSignal | undefined): Promise<Judgement & { readonly isFinal: boolean }> {
  // Another program, into which Node was built, would start itself.
  const program = basename(process.execPath);
  const spoilt = (reason: string) => ({ ...unusable(reason), isFinal: false });
  if (!/^node/i.test(program)) return spoilt(`${program} is no plain Node, which could try it.`);
  if (!canWiden(process)) {
    return {
      ...unusable(`Node ${process.versions.node} cannot widen vectors; Node 24 and later can.`),
      isFinal: true,
    };
  }
  const wide = await probe("wide", signal);
  if (typeof wide === "string") return spoilt(`The wide kernels failed: ${wide}`);
  const plain = await probe("narrow", signal);
  if (typeof plain === "string") return spoilt(`The narrow kernels failed: ${plain}`);
  return { ...compare(plain, wide), isFinal: true };
}

/** The verdict that follows from the results at both widths. */
export function compare(plain: readonly CaseResult[], wide: readonly CaseResult[]): Judgement {
  const different = plain.find(({ hash }, i) => hash !== wide[i]?.hash);
  if (different !== undefined || plain.length !== wide.length) {
    return unusable(`Wide kernels give other bits ("${different?.name}"): please report this.`);
  }
  const timed = new Set(TIMED.map(({ name }) => name));
  const gains = Object.fromEntries(
    plain.flatMap(({ name, seconds }, i) => (timed.has(name) ? [[name, seconds / wide[i]!.seconds]] : [])),
  );
  const mean = Object.values(gains).reduce((sum, gain) => sum + gain, 0) / timed.size;
  const [times, sameBits] = [`${mean.toFixed(2)}×`, true];
  if (!(mean >= WORTH)) {
    return { width: "narrow", reason: `Wide vectors gain nothing here: ${times}.`, sameBits, gains };
  }
  return { width: "wide", reason: `Wide vectors give the same bits, ${times} as fast.`, sameBits, gains };
}

/** All cases in a process of its own; a text if it fails. @throws the signal's reason */
async function probe(
  width: SimdWidth,
  signal: AbortSignal | undefined,
): Promise<readonly CaseResult[] | string> {
  try {
    return await runProbe(width, signal);
  } catch (error) {
    // A bundle has no file of its own for it; a process may have no permission to start another.
    signal?.throwIfAborted();
    return (error as Error).message;
  }
}

async function runProbe(
  width: SimdWidth,
  signal: AbortSignal | undefined,
): Promise<readonly CaseResult[] | string> {
  const script = fileURLToPath(new URL("./probe.js", import.meta.url));
  const flags = [OPTIMISED, ...(width === "wide" ? [WIDEN] : [])];
  const { NODE_OPTIONS: _, ...env } = process.env;
  return await new Promise((resolve, reject) => {
    const options = { env, timeout: MOST_MILLISECONDS, windowsHide: true, ...(signal && { signal }) };
    execFile(process.execPath, [...flags, script, width], options, (error, stdout, stderr) => {
      if (signal?.aborted) return reject(signal.reason);
      if (error !== null) return resolve((stderr || error.message).trim().split("\n", 1)[0]!);
      try {
        resolve(JSON.parse(stdout) as CaseResult[]);
      } catch {
        resolve("its answer cannot be read.");
      }
    });
  });
}
