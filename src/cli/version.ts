import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { plain } from "../wasm/binaries.generated.ts";

/** The package's version. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** The first 12 digits of the wasm binary's SHA-256: which kernels computed a run. */
export function buildId(): string {
  return createHash("sha256").update(plain, "base64").digest("hex").slice(0, 12);
}
