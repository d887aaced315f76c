import * as nnwasm from "nnwasm";
import { trainAll } from "./training.js";

test("training", async () => {
  console.log(`OUTCOMES ${JSON.stringify(await trainAll(nnwasm))}\n`);
}, 60_000);
