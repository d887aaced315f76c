/** The script of a page that trains, for each bundler; without one, the name of the library is an address. */
import * as nnwasm from "nnwasm";
import { trainAll, trainThere } from "./training.js";

/** Trains on a table in a File, which loads what reads files. */
async function trainOnFile() {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 7},${["Bern", "Rome"][i % 2]},${10 * (i % 7) + i}`,
  );
  const data = new File([["rooms,city,price", ...rows].join("\n")], "houses.csv");
  const model = await nnwasm.train({ data, target: "price", epochs: 2, preset: "table-fast" });
  const error = await nnwasm.cifar10([data]).catch((error) => error instanceof nnwasm.DatasetError);
  const sha = await model.weightsSha256();
  await model.close();
  return { sha, error };
}

const outcomes = await trainAll(nnwasm);
const inWorker = await trainThere(nnwasm);
const file = await trainOnFile().catch((error) => String(error));
await fetch("results", {
  method: "POST",
  body: JSON.stringify({ crossOriginIsolated, outcomes, inWorker, file }),
});
