/** `train({ members })`: the same ensemble as that of the command line. */
import { copyFileSync } from "node:fs";
import { expect, it } from "vitest";
import { train } from "../../src/index.ts";
import { cliFolder } from "../helpers/cliFolder.ts";

const { at, runJson } = cliFolder({ cifar: false });
const PASSENGERS = new URL("../fixtures/tables/passengers.", import.meta.url).pathname;
const asked = { data: `${PASSENGERS}train.csv`, epochs: 5, threads: 1 } as const;

it("has the bits of nnwasm train --members", async () => {
  copyFileSync(asked.data, at("train.csv"));
  for (const [target, flags, options] of [
    ["outcome", "--members 3", { members: 3 }],
    [
      "age",
      "--members 4 --cv 2 --group port --seed 3 --candidates network,constant",
      { members: 4, cv: 2, group: "port", seed: 3, candidates: ["network", "constant"] },
    ],
    ["outcome", "--members 3 --time born", { members: 3, time: "born" }],
    ["age", "--members 1 --time born", { members: 1, time: "born" }],
    ["outcome", "", {}],
    ["age", "--preset table-fast", { preset: "table-fast" }],
  ] as const) {
    const events = await runJson(
      `train train.csv --target ${target} --epochs 5 ${flags} --out ${target} --force`.split(/ +/),
    );
    const model = await train({ ...asked, target, ...options });
    expect(await model.weightsSha256(), target).toBe(events.at(-1)!.weightsSha256);
    await model.close();
  }
});

it("tells the epochs of each member, answers rows, and can be stopped", async () => {
  const heard: [member: number | undefined, epoch: number][] = [];
  const onEpoch = ({ epoch }: { epoch: number }, member?: number) => {
    heard.push([member, epoch]);
  };
  const model = await train({
    ...asked,
    target: "outcome",
    task: "classes",
    cv: 2,
    epochs: 2,
    onEpoch,
    candidates: ["network"],
  });
  expect(heard).toEqual([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ]);
  const [answer] = await model.predict([{ age: 30 }, { age: 60 }]);
  const sum = Object.values(answer!.probabilities).reduce((a, b) => a + b);
  expect(sum).toBeCloseTo(1, 6);
  await model.close();

  const controller = new AbortController();
  const stopped = train({
    ...{ ...asked, target: "outcome", members: 3, signal: controller.signal },
    onEpoch: (_, member) => {
      if (member === 2) controller.abort(new Error("enough"));
    },
  });
  await expect(stopped).rejects.toThrow("enough");
});

it.each([
  [
    { members: 7 },
    "train: members is 7, and each of 5 folds, unless train: cv says otherwise, has as many members. Give 5 or 10.",
  ],
  [{ members: 3, cv: 2 }, "train: members is 3, and each of train: cv 2 has as many members. Give 2 or 4."],
  [{ candidates: ["linear"] as const, members: 1 }, /^train: candidates are weighed by an ensemble/],
  [{ members: 0 }, /^train: members is 0, expected an integer ≥ 1/],
  [{ cv: 1 }, /^train: cv is 1, expected an integer ≥ 2/],
])("refuses %j before the table is read", async (options, message) => {
  await expect(train({ data: "no such file", target: "y", ...options })).rejects.toThrow(message);
});
