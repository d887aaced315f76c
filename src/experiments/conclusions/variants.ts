/** Conclusions on what the variants of the appendix do. */
import { effect } from "./effect.ts";
import { type Rule, type Statement, type Topic, valuesOf } from "./rule.ts";

const ofFigures: Rule = (run) =>
  ["fig1", "fig2", "fig3", "fig4", "fig5"].flatMap((id) =>
    (
      [
        ["before", "normalising before the activation", "after it", "before it", false],
        ["zeros", "biases that start at 0", "with drawn ones", "with zeros", true],
      ] as const
    ).flatMap(([variant, cause, from, to, many]): Statement[] => {
      const values = valuesOf(run, id, `${id}-${variant}`);
      if (values === undefined) return [];
      const on = `the test accuracy of Figure ${id.slice(3)}’s network`;
      const text = effect({ cause, many, on, names: [from, to] }, values[0]!, values[1]!);
      return [{ text, basis: [id, `${id}-${variant}`] }];
    }),
  );

export const variants: Topic = {
  title: "Beyond the report",
  rules: [ofFigures],
};
