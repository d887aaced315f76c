/** Settings of an ensemble: networks that are trained over the folds of a cross-validation, and answer together. */
import * as v from "valibot";
import { type CandidateName, candidates } from "../candidates.ts";
import { setting } from "./setting.ts";
import { integer, someOf } from "./types.ts";

const OF_TRIALS = "a trial is one network, or with --cv one for each fold. Train the best one so afterwards.";

const names = Object.keys(candidates) as CandidateName[];

/** The most networks: more than anyone waits for. */
const MOST_MEMBERS = 1000;

/** @param group under which `--help` shows them */
export const ensembleSettings = (group: string) => ({
  members: setting({
    ...{ group, flags: "--members <n>", alone: true, notSearched: OF_TRIALS },
    type: integer(1, v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MOST_MEMBERS))),
    help: "networks that are trained, each without another fold of the rows, and answer as their mean",
    usual: "1; with --cv one for each fold; tables of under 10,000 rows: 5",
    words: { "--members": "ensemble ensembles ensemble-size n-members n-ensemble bagging models n-models" },
  }),
  cv: setting({
    ...{ group, flags: "--cv <folds>", notSearched: "all trials are measured alike. Give it as a flag." },
    type: integer(2, v.pipe(v.number(), v.safeInteger(), v.minValue(2), v.maxValue(MOST_MEMBERS))),
    help: "folds of the cross-validation, by which an ensemble is measured and put together",
    usual: "5, but no more than --members; in a search 5 of a table of few rows, else none",
    words: { "--cv": "folds fold n-folds k-fold kfold cross-validation cross-val n-splits" },
  }),
  candidates: setting({
    ...{ group, flags: "--candidates <names>", alone: true, notSearched: OF_TRIALS },
    type: someOf(names, { orNone: false }),
    help:
      "ways to train, each with a network for every fold, that are weighed by their answers for held-out rows: " +
      names.map((name) => `${name}, ${candidates[name].help}`).join("; "),
    usual: `network; tables: ${names.join(",")}`,
    words: { "--candidates": "candidate ways model-types estimators stacking blend blending" },
  }),
});
