/** `nnwasm gradcheck` as a process: the table, the events and the exit code. */
import { describe, expect, it } from "vitest";
import type { Event } from "../helpers/cli.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const { runCli, runJson } = cliFolder({ cifar: false });

describe("gradcheck", () => {
  it("checks the paper's networks, without BN and with it in both places, and shows the paper's own check beside", async () => {
    const { code, stdout, stderr } = await runCli(["gradcheck"]);
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(
      "layers  BN      samples  compared  max. rel. error  kinks   report's error  4 decimals",
    );
    const rows = lines.slice(1).filter((line) => /^ {5}[39] /.test(line));
    expect(rows.map((row) => row.trim().split(/ {2,}/).slice(0, 3).join(" "))).toEqual(
      ["3", "9"].flatMap((layers) =>
        ["none", "after", "before"].flatMap((bn) =>
          ["2", "8"].map((samples) => `${layers} ${bn} ${samples}`),
        ),
      ),
    );
    for (const row of rows) {
      const [, , , compared, error, kinks, reportError, decimals] = row.trim().split(/ {2,}/);
      expect(Number(compared)).toBeGreaterThan(3600);
      expect(Number(error)).toBeGreaterThan(0);
      expect(Number(error)).toBeLessThan(1e-5);
      expect(Number(kinks)).toBeGreaterThanOrEqual(0);
      expect(Number(reportError)).toBeGreaterThan(0);
      expect(decimals).toBe("equal");
    }
    expect(lines.slice(-2)).toEqual(["All below 0.00001.", ""]);
  });

  it("prints an event for each network with --json, with every tensor and the input", async () => {
    const all = await runJson(["gradcheck", "--layers", "5,4", "--samples", "3", "--features", "6"]);
    expect(all.map(({ event, bn }) => [event, bn])).toEqual([
      ["gradcheck", false],
      ["gradcheck", "after"],
      ["gradcheck", "before"],
      ["result", undefined],
    ]);
    const [plain, after] = all as [Event, Event];
    expect(plain).toEqual({
      event: "gradcheck",
      layers: [5, 4],
      bn: false,
      samples: 3,
      l2: 0.005,
      seed: 1,
      compared: 6 * 5 + 5 + 5 * 4 + 4 + 4 * 10 + 10 + 3 * 6,
      maxRelativeError: expect.any(Number),
      kinks: [],
      report: { maxRelativeError: expect.any(Number), almostEqual: true },
      passed: true,
      tensors: [
        { name: "dense1.weight", size: 30, maxRelativeError: expect.any(Number) },
        { name: "dense1.bias", size: 5, maxRelativeError: expect.any(Number) },
        { name: "dense2.weight", size: 20, maxRelativeError: expect.any(Number) },
        { name: "dense2.bias", size: 4, maxRelativeError: expect.any(Number) },
        { name: "dense3.weight", size: 40, maxRelativeError: expect.any(Number) },
        { name: "dense3.bias", size: 10, maxRelativeError: expect.any(Number) },
        { name: "input", size: 18, maxRelativeError: expect.any(Number) },
      ],
    });
    const worst = Math.max(...plain.tensors.map((tensor: Event) => tensor.maxRelativeError));
    expect(plain.maxRelativeError).toBe(worst);
    expect(after.tensors.map((tensor: Event) => tensor.name)).toContain("batchnorm2.gamma");
    expect(all.at(-1)).toEqual({ event: "result", command: "gradcheck", passed: true });
  });

  it("checks one place, one λ, one seed and the JavaScript engine when it is told to", async () => {
    const args = "gradcheck --layers 3 --samples 4 --bn --lambda 0.1 --seed 5 --engine js".split(" ");
    const all = await runJson(args);
    expect(all).toHaveLength(2);
    expect(all[0]).toMatchObject({ layers: [3], bn: "after", l2: 0.1, seed: 5, passed: true });
  });

  it("refuses what is out of range", async () => {
    const { code, stdout, stderr } = await runCli(["gradcheck", "--samples", "0"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      "error: option '--samples <n>' argument '0' is invalid. Expected an integer ≥ 1.\n(--help shows the options)\n",
    );
  });
});
