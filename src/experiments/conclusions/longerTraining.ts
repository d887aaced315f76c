/** Conclusions on what a third cycle adds. */
import { PAPER_L2 } from "../../settings/settings.ts";
import { lastEpochOf } from "../summary.ts";
import { BEST_L2, formatL2 } from "../table.ts";
import { effect } from "./effect.ts";
import { ofTrainings, type Rule, type Topic, valuesOf } from "./rule.ts";

/** Epochs of the paper's trainings, and of its longest one. */
const [USUAL, LONGEST] = [20, 30];

const thirdCycle: Rule = (run) => {
  const row = run.row("fig5");
  const after = (epoch: number) =>
    ofTrainings(row, ({ rows }) => rows.find((each) => each.epoch === epoch)?.validation?.accuracy);
  const [twenty, thirty] = [after(USUAL), after(LONGEST)];
  if (twenty.length === 0 || thirty.length !== twenty.length) return [];
  const text = effect(
    {
      cause: "a third cycle of ten epochs",
      on: `the validation accuracy at λ = ${formatL2(BEST_L2)}`,
      names: [`after ${USUAL} epochs`, `after ${LONGEST}`],
    },
    twenty,
    thirty,
  );
  return [{ text, basis: ["fig5"] }];
};

const bestNetwork: Rule = (run) => {
  const values = valuesOf(run, "fig2", "fig5");
  if (values === undefined) return [];
  const [usual, longer] = ["fig2", "fig5"].map((id) => lastEpochOf(run.row(id)!)!) as [number, number];
  const l2 = formatL2(PAPER_L2);
  const text = effect(
    {
      ...(usual === longer
        ? {
            cause: "the best λ",
            names: [`with λ = ${l2}`, `with λ = ${formatL2(BEST_L2)}`],
          }
        : {
            cause: "the best λ and the third cycle",
            many: true,
            names: [`with λ = ${l2} and ${usual} epochs`, `with λ = ${formatL2(BEST_L2)} and ${longer}`],
          }),
      on: "the test accuracy of the three-layer network with batch normalisation",
    },
    values[0]!,
    values[1]!,
  );
  return [{ text, basis: ["fig2", "fig5"] }];
};

export const longerTraining: Topic = {
  title: "Longer training",
  rules: [thirdCycle, bestNetwork],
};
