/** Chooses the width of vectors for a command's process, before its first model. */
import type { EngineName, SimdChoice } from "../backend/index.ts";
import { cacheFolder } from "../data/locations.ts";
import { ConfigError } from "../errors.ts";
import { canWiden } from "../simd/flag.ts";
import type { CliContext } from "./context.ts";

/** Trainings that take less are over before a verdict would pay. */
const WORTH_SECONDS = 10;

/** Multiplications with additions a second, in one thread of a processor of today. */
const PRODUCTS_PER_SECOND = 10e9;

/**
 * About how many seconds a training takes in one thread: of each weight there are three products a sample, one in the forward pass and
 * two in the backward pass.
 * @param weights of the network
 * @param samples that all epochs pass over
 */
export const roughSeconds = (weights: number, samples: number): number =>
  (3 * weights * samples) / PRODUCTS_PER_SECOND;

/**
 * Widens if it is asked for, or if it pays.
 * @param seconds that the command will compute, about
 * @param say tells the user what takes two seconds, and what came of it
 * @throws ConfigError if wide vectors are asked for that there are not; the signal's reason
 */
export async function chooseSimd(
  { env, home, signal }: CliContext,
  { simd: asked, engine }: { readonly simd: SimdChoice; readonly engine: EngineName },
  seconds: number,
  say: (text: string) => void,
): Promise<void> {
  if (engine !== "wasm" || asked === "narrow" || (asked === "auto" && !canWiden(process))) return;
  // What a short training on another Node does not need.
  const { reachVerdict, readVerdict } = await import("../simd/verdict.ts");
  const folder = cacheFolder(env, home);
  let verdict = await readVerdict(folder);
  if (verdict === undefined) {
    if (asked === "auto" && seconds < WORTH_SECONDS) return;
    say("Trying whether wide vectors are faster here: two seconds, once for this Node and processor");
    verdict = await reachVerdict(folder, { signal });
    say(`${verdict.reason} (nnwasm info --simd)`);
  }
  const { width, reason, sameBits } = verdict;
  if (asked === "wide" && !sameBits) throw new ConfigError(`--simd wide: ${reason} Take --simd auto.`);
  if (width === "wide" || asked === "wide") await (await import("../simd/wide.ts")).widen();
}
