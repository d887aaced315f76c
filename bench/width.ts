/** The width of the vectors that are measured. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SimdChoice, SimdWidth } from "../src/backend/index.ts";
import { canWiden } from "../src/simd/flag.ts";
import { widen } from "../src/simd/wide.ts";
import { fail } from "./commandLine.ts";

const WIDTHS: readonly SimdChoice[] = ["auto", "wide", "narrow"];

/** What `nnwasm info --simd` says here, which takes two seconds for the first time. */
function verdict(): SimdWidth {
  // The bundle of the benchmark is in build/bench-…/.
  const script = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "nnwasm.js");
  const { stdout } = spawnSync(process.execPath, [script, "info", "--simd", "--json"], { encoding: "utf8" });
  const { vectors } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { vectors: { width: SimdWidth } };
  return vectors.width;
}

/** The width that a choice comes to. Where there is no such choice, or no such width, the script ends. */
export function widthOf(script: string, text: string): SimdWidth {
  const choice = WIDTHS.find((each) => each === text);
  if (choice === undefined) fail(script, `No width "${text}". There are: ${WIDTHS.join(", ")}.`);
  if (choice === "wide" && !canWiden(process)) {
    fail(
      script,
      `--simd wide: Node ${process.versions.node} cannot widen vectors. Take Node 24 or later, or --simd auto.`,
    );
  }
  return choice === "auto" ? verdict() : choice;
}

/** Makes all kernels of this process of a width: before the first one is compiled. */
export async function setWidth(width: SimdWidth): Promise<void> {
  if (width === "wide") await widen();
}
