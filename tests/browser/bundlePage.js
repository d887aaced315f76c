/** The script of a page that trains, for each bundler; without one, the name of the library is an address. */
import * as nnwasm from "nnwasm";
import { trainAll, trainThere } from "./training.js";

const outcomes = await trainAll(nnwasm);
const inWorker = await trainThere(nnwasm);
fetch("results", { method: "POST", body: JSON.stringify({ crossOriginIsolated, outcomes, inWorker }) });
