/** Before any test: dist/ as the sources have it, for the tests that run the program or pack the package. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function setup(): void {
  const script = fileURLToPath(new URL("../scripts/build.mjs", import.meta.url));
  const { status } = spawnSync(process.execPath, [script, "--if-changed"], { stdio: "inherit" });
  if (status !== 0) throw new Error("The build failed; what it says stands above.");
}
