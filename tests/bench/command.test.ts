import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "nnwasm-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bench/run.mjs", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("npm run bench", () => {
  test("prints a table on stdout and progress on stderr, and writes the results", () => {
    const file = join(folder, "results.json");
    const { status, stdout, stderr } = bench("--quick", "--filter", "softmax 100x10", "--json", file);
    expect(stderr).toBe("1/1 softmaxCrossEntropy.softmax 100x10\n");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^softmaxCrossEntropy\.softmax 100x10 +wasm .*×$/m);
    const { machine, results } = JSON.parse(readFileSync(file, "utf8"));
    expect(machine.node).toBe(process.versions.node);
    expect(results.map((each: { engine: string }) => each.engine)).toEqual(["wasm", "js"]);
    expect(results[0]).toMatchObject({ case: "softmaxCrossEntropy.softmax 100x10", threads: 1 });
    expect(results[0].stepsPerSecond).toBeGreaterThan(0);
  });

  test("refuses what it does not know with exit code 2, before it measures", () => {
    const unknown = bench("--filter", "net4");
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toMatch(
      /^bench: No case has "net4" in its name\. There are: peak, net3, net3bn, net9, net9bn, wide, matmul/,
    );
    const option = bench("--fast");
    expect(option.status).toBe(2);
    expect(option.stderr).toMatch(/^bench: Unknown option '--fast'.* See npm run bench -- --help\.\n$/s);
    const missing = bench("--json", join(folder, "missing", "results.json"));
    expect(missing.status).toBe(2);
    expect(missing.stderr).toBe(
      `bench: ${join(folder, "missing", "results.json")} cannot be written: its folder is not there or is ` +
        "read-only. Give another path to --json.\n",
    );
  });

  test("shows its options", () => {
    const { status, stdout } = bench("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run bench -- \[options\]\n/);
    for (const option of ["--json", "--filter", "--quick"]) expect(stdout).toContain(option);
  });
});
