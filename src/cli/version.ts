import { readFileSync } from "node:fs";
import { plain } from "../wasm/binaries.generated.ts";

/** The package's version. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** The first 12 digits of the wasm binary's SHA-256: which kernels computed a run. */
export async function buildId(): Promise<string> {
  const bytes = Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
