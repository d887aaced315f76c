import { createHash } from "node:crypto";
import { plain } from "../wasm/binaries.generated.ts";

export { VERSION } from "../version.ts";

/** The first 12 digits of the wasm binary's SHA-256: which kernels computed a run. */
export function buildId(): string {
  return createHash("sha256").update(plain, "base64").digest("hex").slice(0, 12);
}
