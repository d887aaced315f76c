/** Every call of a training that needs room on the disk is refused: it goes on to the same bits when there is room. */
import { beforeAll, expect, it } from "vitest";
import { cliFolder, words } from "../helpers/cliFolder.ts";
import { trainOnFullDisk } from "../helpers/fullDisk.ts";

const folder = cliFolder({ cifar: false });
const args = words(
  "train --data synthetic --layers 4 --limit 300 --validation 100 --epochs 2 --keep best --threads 1 --checkpoint-every 0",
);
/** The least number of such calls: config.json, two lines, two checkpoints, the model, the summary and the plots have more. */
const LEAST = 40;

beforeAll(async () => {
  await folder.runJson([...args, "--out", "whole"]);
});

it.each([
  ["ENOSPC", false],
  ["EIO", true],
])("%s at any call, and at all after it: %s", async (code, on) => {
  const begin = performance.now();
  let call = 0;
  while (await trainOnFullDisk({ folder, args, out: `${code} ${call}`, whole: "whole", call, code, on }))
    call++;
  console.log(`${code}: ${call} calls, ${Math.round((performance.now() - begin) / 1000)} s`);
  expect(call).toBeGreaterThan(LEAST);
});
