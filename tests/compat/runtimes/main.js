import * as nnwasm from "nnwasm";
import { trainAll } from "./training.js";

console.log(JSON.stringify(await trainAll(nnwasm)));
