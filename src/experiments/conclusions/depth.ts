/** Conclusions on what more layers do to accuracy. */
import { effect } from "./effect.ts";
import { type Rule, type Topic, valuesOf } from "./rule.ts";

const moreLayers =
  (three: string, nine: string, how: string): Rule =>
  (run) => {
    const values = valuesOf(run, three, nine);
    if (values === undefined) return [];
    const text = effect(
      {
        cause: "six more layers",
        many: true,
        on: `the test accuracy ${how} batch normalisation`,
        names: ["with three", "with nine"],
      },
      values[0]!,
      values[1]!,
    );
    return [{ text, basis: [three, nine] }];
  };

export const depth: Topic = {
  title: "Depth",
  rules: [moreLayers("fig1", "fig3", "without"), moreLayers("fig2", "fig4", "with")],
};
