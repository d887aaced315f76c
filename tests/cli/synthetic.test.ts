import { expect, it } from "vitest";
import { newFolder, runCli, runJson } from "../helpers/cli.ts";

const QUICK = ["train", "--layers", "8", "--limit", "300", "--validation", "100", "--epochs", "1"];

it("trains on the synthetic data set where CIFAR-10 is not at hand, and says so in one line", async () => {
  const { code, stdout, stderr } = await runCli(QUICK, newFolder());
  expect(code).toBe(0);
  expect(stderr.split("\n")[0]).toBe(
    "CIFAR-10 is not here (nnwasm data fetch cifar10 gets it, 170 MB): training on the synthetic data set instead.",
  );
  expect(stdout).toMatch(/^test {8}loss \d/);
});

it("does so without a word when it is asked for, with the same weights from the same seed", async () => {
  const folder = newFolder();
  const named = [...QUICK, "--data", "synthetic"];
  const { stderr } = await runCli([...named, "--quiet"], folder);
  expect(stderr).toBe("");
  const [start, , result] = await runJson([...named, "--json"], folder);
  expect(start!.data).toEqual({ name: "synthetic", train: 300, validation: 100, test: 10_000 });
  const [, , unnamed] = await runJson([...QUICK, "--json"], folder);
  expect(unnamed!.weightsSha256).toBe(result!.weightsSha256);
});
