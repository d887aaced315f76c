/** Widening, as the user of the library asks for it. In the browser's build wide.browser.ts stands in for this file. */
import { type SimdWidth, setSimdWidth } from "../backend/index.ts";
import { cacheFolder } from "../data/locations.ts";
import { nodeModule, nodeProcess } from "../runtime.ts";
import { WIDEN } from "./flag.ts";

export interface WideSimdOptions {
  /** The folder that keeps the verdict. Default: that of the command line, ~/.cache/nnwasm. */
  readonly cache?: string;
}

/** What came of {@link wideSimd}. */
export interface WideSimd {
  /** The width of the models to come. */
  readonly width: SimdWidth;
  /** Why, as a sentence. */
  readonly reason: string;
}

/**
 * Lets V8 widen vectors of 128 bits to 256 where that is faster, with the same bits: on Node 24 and later, on processors with AVX2. Call
 * it before the first model:
 *
 *     await wideSimd();
 *     const model = new Model(layers);
 *
 * It sets a flag of V8, `--experimental-wasm-revectorize`, which holds for the whole process, all other WebAssembly in it included, and
 * cannot be taken back: so the library never sets it unasked. Whether it does follows from a verdict that is reached once for a version
 * of Node, a processor and a build of nnwasm, in about two seconds and in processes of its own: every kernel is run at both widths, and
 * if a bit differs, or nothing is gained, all stays as it is. Elsewhere than in Node nothing happens.
 * @throws nothing: what goes wrong is a reason for staying narrow
 */
export async function wideSimd({ cache }: WideSimdOptions = {}): Promise<WideSimd> {
  if (nodeProcess().versions?.node === undefined) {
    return { width: "narrow", reason: "Only Node widens vectors." };
  }
  try {
    return await byVerdict(cache);
  } catch (error) {
    return { width: "narrow", reason: `Wide vectors cannot be tried here: ${(error as Error).message}` };
  }
}

async function byVerdict(cache: string | undefined): Promise<WideSimd> {
  const { readVerdict, reachVerdict } = await import("./verdict.ts");
  const { env } = await nodeModule("node:process", () => import("node:process"));
  const { homedir } = await nodeModule("node:os", () => import("node:os"));
  const folder = cache ?? cacheFolder(env, homedir());
  const { width, reason } = (await readVerdict(folder)) ?? (await reachVerdict(folder));
  if (width === "wide") await widen();
  return { width, reason };
}

/** Tells V8 to widen, in this process and all its threads, and makes the models to come of the wide binary. */
export async function widen(): Promise<void> {
  const { setFlagsFromString } = await nodeModule("node:v8", () => import("node:v8"));
  setFlagsFromString(WIDEN);
  setSimdWidth("wide");
}
