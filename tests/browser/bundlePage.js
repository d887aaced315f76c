/** The script of a page that trains, for each bundler; without one, the name of the library is an address. */
import * as nnwasm from "nnwasm";
import { trainAll } from "./training.js";

trainAll(nnwasm).then((outcomes) =>
  fetch("results", { method: "POST", body: JSON.stringify({ crossOriginIsolated, outcomes }) }),
);
