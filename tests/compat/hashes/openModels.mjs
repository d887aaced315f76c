// Opens the files of models in a folder, and makes its own beside them, with the built library. Prints a line of JSON for each.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as nnwasm from "../../../dist/index.js";
import { FILES, modelFiles } from "./model.mjs";

const [folder, own] = process.argv.slice(2);
const { make, open } = modelFiles(nnwasm);
for (const [type, dtype] of FILES) {
  const name = `${type}-${dtype}.safetensors`;
  writeFileSync(join(folder, `${own}-${name}`), await make(type, dtype));
  console.log(JSON.stringify(await open(join(folder, name), type)));
}
