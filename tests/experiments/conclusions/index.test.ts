import { describe, expect, it } from "vitest";
import { type ConclusionOptions, conclusions, TOPICS } from "../../../src/experiments/conclusions/index.ts";
import { summarize, type TrainingResult } from "../../../src/experiments/summary.ts";
import {
  appendixExperiments,
  EXPERIMENTS,
  type Experiment,
  freshExperiment,
} from "../../../src/experiments/table.ts";
import { deviation, madeUp } from "../madeUp.ts";

const FRESH = [freshExperiment(1, 1, 2e-3), freshExperiment(2, 1, 2.2e-3)];
const ALL = [...EXPERIMENTS, ...appendixExperiments(), ...FRESH];

type Said = ReturnType<typeof conclusions>;

/** What is said of experiments with these accuracies, a number a seed. */
function say(accuracies: Record<string, readonly number[]>, options?: ConclusionOptions): Said {
  const experiments = ALL.filter(({ id }) => Object.hasOwn(accuracies, id));
  const seeds = Math.max(0, ...Object.values(accuracies).map(({ length }) => length));
  const results = madeUp({
    experiments,
    seeds,
    value: ({ id }, seed) => accuracies[id]![seed - 1] ?? NaN,
  }).filter(({ id, seed }) => seed <= accuracies[id]!.length);
  return conclusions(summarize(experiments, results), options);
}

const texts = (said: Said, topic: (typeof TOPICS)[number]) =>
  said.filter((conclusion) => conclusion.topic === topic).map(({ text }) => text);

/** Three accuracies with this mean and a standard deviation of 0.002. */
const near = (mean: number) => [mean, mean + 0.002, mean - 0.002];
const chance = [0.1, 0.1, 0.1];

const accuracyOfBatchNormalization =
  (from: string, to: string, network: "three" | "nine") =>
  (without: readonly number[], withIt: readonly number[], options?: ConclusionOptions) =>
    texts(say({ [from]: without, [to]: withIt }, options), "Batch normalisation").filter((text) =>
      text.includes(`the test accuracy of the ${network}-layer network`),
    )[0];
const three = accuracyOfBatchNormalization("fig1", "fig2", "three");
const nine = accuracyOfBatchNormalization("fig3", "fig4", "nine");

describe("on batch normalisation", () => {
  it("says that it raises the accuracy where it clearly does", () => {
    expect(nine(near(0.44), near(0.5))).toBe(
      "Batch normalisation raises the test accuracy of the nine-layer network: 0.4400 ± 0.0020 without it, " +
        "0.5000 ± 0.0020 with it, a difference of +0.0600, 30.0 standard deviations of a single training " +
        "(0.0020). The report concludes that it undoubtedly improves this network; this bears that out.",
    );
    expect(three(near(0.44), near(0.5))).toMatch(
      / The report concludes that it does not significantly improve this network; this contradicts that\.$/,
    );
  });

  it("says that it lowers the accuracy where it clearly does", () => {
    expect(nine(near(0.5), near(0.44))).toBe(
      "Batch normalisation lowers the test accuracy of the nine-layer network: 0.5000 ± 0.0020 without it, " +
        "0.4400 ± 0.0020 with it, a difference of −0.0600, 30.0 standard deviations of a single training " +
        "(0.0020). The report concludes that it undoubtedly improves this network; this contradicts that.",
    );
    expect(three(near(0.5), near(0.44))).toMatch(/ improve this network; this bears that out\.$/);
  });

  it("tells no difference within one standard deviation", () => {
    expect(three(near(0.53), near(0.5315))).toBe(
      "No effect of batch normalisation on the test accuracy of the three-layer network can be told: " +
        "0.5300 ± 0.0020 without it, 0.5315 ± 0.0020 with it, a difference of +0.0015, within one standard " +
        "deviation of a single training (0.0020). The report concludes that it does not significantly " +
        "improve this network; this bears that out.",
    );
    expect(nine(near(0.53), near(0.5315))).toMatch(/ improves this network; this does not bear that out\.$/);
  });

  it("takes for a hint what lies between", () => {
    expect(nine(near(0.5), near(0.505))).toBe(
      "Batch normalisation may raise the test accuracy of the nine-layer network: 0.5000 ± 0.0020 without " +
        "it, 0.5050 ± 0.0020 with it, a difference of +0.0050, 2.5 standard deviations of a single training " +
        "(0.0020). That is a hint and no more: so few trainings differ by 0.0075 by chance in one case of a " +
        "hundred. The report concludes that it undoubtedly improves this network; this points the same way " +
        "without settling it.",
    );
    expect(three(near(0.5), near(0.505))).toMatch(
      / improve this network; this neither bears that out nor refutes it\.$/,
    );
    expect(three(near(0.505), near(0.5))).toMatch(/^Batch normalisation may lower .* this bears that out\.$/);
    expect(nine(near(0.505), near(0.5))).toMatch(/ this does not bear that out\.$/);
  });

  it("says with single trainings that no spread is known, however large the difference", () => {
    expect(nine([0.1], [0.5])).toBe(
      "Whether batch normalisation changes the test accuracy of the nine-layer network cannot be told from " +
        "this run: 0.1000 without it, 0.5000 with it, a difference of +0.4000, but with a single training of " +
        "each no spread is known. The report concludes that it undoubtedly improves this network; single " +
        "trainings cannot test that.",
    );
    expect(nine([0.1], near(0.5))).toContain("but with a single training of one of them no spread is known.");
  });

  it("says where no two trainings differ that there is no spread", () => {
    expect(nine(chance, [0.2, 0.2, 0.2], { comparable: false })).toBe(
      "Batch normalisation raises the test accuracy of the nine-layer network: 0.1000 ± 0.0000 without it, " +
        "0.2000 ± 0.0000 with it, a difference of +0.1000, and no two trainings of either differ.",
    );
  });

  it("says nothing where a row is missing", () => {
    expect(three(near(0.53), [])).toBeUndefined();
    expect(texts(say({ fig1: near(0.53), fig4: near(0.5) }), "Batch normalisation")).toEqual([]);
  });

  it("does not mention the paper where the run was not made as the paper's", () => {
    for (const withIt of [near(0.5), near(0.44), [0.5]]) {
      expect(nine(near(0.44), withIt, { comparable: false })).not.toMatch(/report/i);
    }
  });

  it("says which of the nine-layer networks depends less on the seed, from three seeds and a ratio of three on", () => {
    const about = (without: number[], withIt: number[]) =>
      texts(say({ fig3: without, fig4: withIt }), "Batch normalisation").find((text) =>
        text.includes("the seed"),
      );
    expect(about([0.4, 0.44, 0.48], near(0.5))).toBe(
      "With batch normalisation the nine-layer network depends less on the seed: its test accuracies scatter " +
        "by 0.0020 with it and by 0.0400 without it, a ratio of 20.0.",
    );
    expect(about(near(0.5), [0.4, 0.44, 0.48])).toBe(
      "With batch normalisation the nine-layer network depends more on the seed: its test accuracies scatter " +
        "by 0.0400 with it and by 0.0020 without it, a ratio of 20.0.",
    );
    expect(about(near(0.44), near(0.5))).toBeUndefined();
    expect(about([0.4, 0.48], [0.5, 0.502])).toBeUndefined();
    expect(about(chance, near(0.5))).toBeUndefined();
  });

  describe("and the roughness of the training", () => {
    /** A validation loss that falls from 2 by 0.01 an epoch, but for one leap in these trainings. */
    const leaping = (leap: (id: string, seed: number) => number, seeds = 3) => {
      const experiments = EXPERIMENTS.filter(({ id }) => id === "fig3" || id === "fig4");
      const results = madeUp({
        experiments,
        seeds,
        validationLoss: ({ id }, seed, epoch) => 2 - 0.01 * epoch + (epoch === 12 ? leap(id, seed) : 0),
      });
      return texts(conclusions(summarize(experiments, results)), "Batch normalisation").find((text) =>
        /rough|smooth/.test(text),
      );
    };

    it("says in how many trainings the loss leaps with it", () => {
      expect(leaping((id, seed) => (id === "fig4" && seed > 1 ? 3.01 : 0.11))).toBe(
        "The nine-layer network trains more roughly with batch normalisation, in two of three trainings. The " +
          "largest rises of its validation loss from one epoch to the next are 0.1, 3 and 3 with it and 0.1, " +
          "0.1 and 0.1 without it (nats). These losses are taken in inference mode, with moving averages that " +
          "can lag behind the weights.",
      );
      expect(leaping((id) => (id === "fig4" ? 3.01 : 0.11), 1)).toMatch(
        /^The nine-layer network trains more roughly with batch normalisation, in its one training\. /,
      );
    });

    it("says in how many it leaps without it", () => {
      expect(leaping((id) => (id === "fig3" ? 3.01 : 0.11))).toBe(
        "The nine-layer network trains more roughly without batch normalisation, in three of three trainings. " +
          "The largest rises of its validation loss from one epoch to the next are 0.1, 0.1 and 0.1 with it " +
          "and 3, 3 and 3 without it (nats).",
      );
    });

    it("says that it leaps with neither", () => {
      expect(leaping((id) => (id === "fig4" ? 0.16 : 0.11))).toMatch(
        /^The nine-layer network trains about as smoothly with batch normalisation as without\. /,
      );
    });
  });
});

describe("on depth", () => {
  const depth = (fig1: number[], fig3: number[]) => texts(say({ fig1, fig3 }), "Depth");

  it("says what six more layers do", () => {
    expect(depth(near(0.536), near(0.441))).toEqual([
      "Six more layers lower the test accuracy without batch normalisation: 0.5360 ± 0.0020 with three, " +
        "0.4410 ± 0.0020 with nine, a difference of −0.0950, 47.5 standard deviations of a single training " +
        "(0.0020).",
    ]);
    expect(depth(near(0.441), near(0.536))[0]).toMatch(/^Six more layers raise the test accuracy without /);
    expect(depth(near(0.53), near(0.531))[0]).toMatch(/^No effect of six more layers on the test accuracy /);
    expect(depth([0.53], [0.44])[0]).toMatch(/^Whether six more layers change the test accuracy /);
    expect(depth(near(0.53), [])).toEqual([]);
  });
});

/** Accuracies of the twenty rows of the search, by what is published and where λ lies. */
function searched(value: (experiment: Experiment, place: number) => readonly number[]) {
  const rows = EXPERIMENTS.filter(({ metric }) => metric === "validation");
  return Object.fromEntries(rows.map((row, place) => [row.id, value(row, place)]));
}

const published = searched(({ published }) => near(published!));

describe("on the strength of regularisation", () => {
  const about = (accuracies: Record<string, readonly number[]>, words: string, options?: ConclusionOptions) =>
    texts(say(accuracies, options), "Regularisation").find((text) => text.includes(words));

  it("names the best λ, and says that it is the paper's", () => {
    expect(about(published, "does best")).toBe(
      "Of the report’s twenty values of λ, 7.86e-3 does best in this run, with a validation accuracy of " +
        "0.5340 ± 0.0020, as it did in the report.",
    );
  });

  it("says where the paper's best comes, and how far behind", () => {
    const best = (accuracy: number) => about({ ...published, "tab3-5": near(accuracy) }, "does best");
    const head = (accuracy: string) =>
      `Of the report’s twenty values of λ, 6.34e-3 does best in this run, with a validation accuracy of ` +
      `${accuracy} ± 0.0020. The report’s best, 7.86e-3, is number 2 here with 0.5340 ± 0.0020, `;
    expect(best(0.535)).toBe(`${head("0.5350")}within one standard deviation of a single training (0.0020).`);
    expect(best(0.538)).toBe(`${head("0.5380")}which does not set the two apart.`);
    expect(best(0.56)).toBe(`${head("0.5600")}clearly less.`);
    const single = { ...searched(({ published }) => [published!]), "tab3-5": [0.54] };
    expect(about(single, "does best")).toBe(
      "Of the report’s twenty values of λ, 6.34e-3 does best in this run, with a validation accuracy of " +
        "0.5400. The report’s best, 7.86e-3, is number 2 here with 0.5340, a difference beside which no " +
        "spread is known.",
    );
  });

  it("says whether the ranking is the paper's, over all and within the fine rounds", () => {
    expect(about(published, "ranking")).toBe(
      "Over all twenty values of λ the ranking by validation accuracy follows the report’s: rank " +
        "correlation 1.00, where chance reaches 0.45 in one case of forty. Among the ten of the fine rounds " +
        "alone it follows the report’s: rank correlation 1.00, where chance reaches 0.65 in one case of forty.",
    );
    const against = searched(({ published }) => near(1 - published!));
    expect(about(against, "ranking")).toMatch(
      /accuracy runs against the report’s: rank correlation −1\.00, .* it runs against the report’s: /,
    );
    const unrelated = searched((_, place) => near(0.5 + 0.001 * ((place * 7) % 20)));
    expect(about(unrelated, "ranking")).toMatch(
      /accuracy has no relation that can be told to the report’s: .* it has no relation that can be told to /,
    );
  });

  it("says that the optimum is flat where the fine values differ by no more than the seeds do", () => {
    const flat = searched(({ group }, place) => near(group === "tab1" ? 0.51 : 0.53 + 0.0001 * place));
    expect(about(flat, "ten values")).toBe(
      "The ten values of λ of the fine rounds, 6.34e-3 to 1e-2, reach validation accuracies from 0.5310 to " +
        "0.5319, a range of 0.0009: no more than chance, as the seeds of one λ scatter by 0.0020, and ten " +
        "equally good values would span 0.0058 by chance in one case of twenty. The optimum is flat there, " +
        "and which of these values comes first is a matter of the seed.",
    );
  });

  it("says that λ matters where they differ by more", () => {
    expect(about(published, "ten values")).toBe(
      "The ten values of λ of the fine rounds, 6.34e-3 to 1e-2, reach validation accuracies from 0.5198 to " +
        "0.5340, a range of 0.0142: more than chance, as the seeds of one λ scatter by 0.0020, and ten " +
        "equally good values would span 0.0058 by chance in one case of twenty. Within the fine rounds λ " +
        "still matters.",
    );
  });

  it("says with single trainings that how flat it is cannot be told", () => {
    expect(
      about(
        searched(({ published }) => [published!]),
        "ten values",
      ),
    ).toBe(
      "The ten values of λ of the fine rounds, 6.34e-3 to 1e-2, reach validation accuracies from 0.5198 to " +
        "0.5340, a range of 0.0142. With single trainings no spread over seeds is known, so whether the " +
        "range is more than scatter cannot be told.",
    );
  });

  it("says what much weaker and much stronger regularisation do", () => {
    const weak = (accuracy: number) =>
      about(
        searched(({ settings }) => near(settings.l2! < 2e-4 ? accuracy : 0.53)),
        "uch weaker regularisation",
      );
    expect(weak(0.51)).toBe(
      "Much weaker regularisation lowers the validation accuracy of the three-layer network with batch " +
        "normalisation: 0.5300 ± 0.0017 for λ from 6.34e-3 to 1e-2, 0.5100 ± 0.0017 for λ from 1.14e-5 to " +
        "1.13e-4, a difference of −0.0200, 12.0 standard deviations of a single training (0.0017). The " +
        "spread here is over all trainings of a region, of several λ each.",
    );
    expect(weak(0.55)).toMatch(/^Much weaker regularisation raises the validation accuracy /);
    expect(weak(0.53)).toMatch(/^No effect of much weaker regularisation on the validation accuracy /);
    expect(
      about(
        searched(({ settings }) => near(settings.l2! > 3e-2 ? 0.5 : 0.53)),
        "uch stronger regularisation",
      ),
    ).toMatch(
      /^Much stronger regularisation lowers the validation accuracy .* for λ from 4\.01e-2 to 6\.73e-2, /,
    );
  });

  it("names what a search of the run's own found, if all of it was trained", () => {
    const fresh = { "fresh-1-1": near(0.52), "fresh-2-1": near(0.53) };
    expect(texts(say(fresh), "Regularisation")).toEqual([
      "A search of this run’s own, 2 values of λ, finds 2.2e-3 best, with a validation accuracy of " +
        "0.5300 ± 0.0020; the report’s found 7.86e-3.",
    ]);
    expect(texts(say(fresh, { comparable: false }), "Regularisation")[0]).toMatch(/ 0\.5300 ± 0\.0020\.$/);
    expect(texts(say({ ...fresh, "fresh-1-1": [] }), "Regularisation")).toEqual([]);
  });

  it("says nothing of the search where one of its rows is missing", () => {
    const { "tab2-3": _, ...others } = published;
    expect(texts(say(others), "Regularisation")).toEqual([]);
    expect(texts(say({ ...published, "tab2-3": [] }), "Regularisation")).toEqual([]);
    const { "tab1-1": __, ...fine } = published;
    expect(texts(say(fine), "Regularisation").length).toBe(1);
  });
});

describe("on longer training", () => {
  it("says what the best λ and the third cycle do together", () => {
    const longer = (fig2: number[], fig5: number[]) => texts(say({ fig2, fig5 }), "Longer training")[1];
    expect(longer(near(0.5323), near(0.5423))).toBe(
      "The best λ and the third cycle raise the test accuracy of the three-layer network with batch " +
        "normalisation: 0.5323 ± 0.0020 with λ = 5e-3 and 20 epochs, 0.5423 ± 0.0020 with λ = 7.86e-3 and " +
        "30, a difference of +0.0100, 5.0 standard deviations of a single training (0.0020).",
    );
    expect(longer(near(0.5323), near(0.533))).toMatch(/^No effect of the best λ and the third cycle /);
    expect(longer(near(0.55), near(0.53))).toMatch(/^The best λ and the third cycle lower /);
    expect(longer([0.53], [0.54])).toMatch(/^Whether the best λ and the third cycle change /);
    expect(longer([], near(0.54))).toBeUndefined();
  });

  it("says what the third cycle does by itself, from the epochs of one training", () => {
    const third = (seeds: number, twentieth: number, epochs = 30) => {
      const fig5 = EXPERIMENTS.filter(({ id }) => id === "fig5");
      const results = madeUp({ experiments: fig5, seeds }).map(
        (result): TrainingResult => ({
          ...result,
          rows: result.rows.slice(0, epochs).map((row) => ({
            ...row,
            validation: {
              ...row.validation!,
              accuracy: (row.epoch === 30 ? 0.535 : twentieth) + 0.002 * deviation(result.seed),
            },
          })),
        }),
      );
      return texts(conclusions(summarize(fig5, results)), "Longer training");
    };
    expect(third(3, 0.52)).toEqual([
      "A third cycle of ten epochs raises the validation accuracy at λ = 7.86e-3: 0.5200 ± 0.0020 after 20 " +
        "epochs, 0.5350 ± 0.0020 after 30, a difference of +0.0150, 7.5 standard deviations of a single " +
        "training (0.0020).",
    ]);
    expect(third(3, 0.534)[0]).toMatch(/^No effect of a third cycle of ten epochs /);
    expect(third(1, 0.52)[0]).toMatch(/^Whether a third cycle of ten epochs changes /);
    expect(third(3, 0.52, 25)).toEqual([]);
  });
});

describe("on initialisation", () => {
  const cell = (layers: 3 | 9, bn: boolean) => (accuracies: readonly (readonly number[])[]) =>
    Object.fromEntries(
      [0.1, 0.001, 0.0001].map((sigma, i) => [
        `tab4-${layers}-${bn ? "bn" : "nobn"}-${sigma}`,
        accuracies[i]!,
      ]),
    );
  const good = near(0.53);

  it("says from which σ a network learns and from which it does not", () => {
    const about = (accuracies: (readonly number[])[]) =>
      texts(say(cell(3, false)(accuracies)), "Initialisation")[0];
    expect(about([good, near(0.52), chance])).toBe(
      "Without batch normalisation the three-layer network learns from σ = 0.1 (0.5300 ± 0.0020) and σ = " +
        "0.001 (0.5200 ± 0.0020) and stays at chance from σ = 0.0001.",
    );
    expect(about([chance, chance, chance])).toBe(
      "Without batch normalisation the three-layer network stays at chance from every σ.",
    );
    expect(about([good, good, good])).toBe(
      "Without batch normalisation the three-layer network learns from σ = 0.1 (0.5300 ± 0.0020), σ = 0.001 " +
        "(0.5300 ± 0.0020) and σ = 0.0001 (0.5300 ± 0.0020).",
    );
    expect(about([good, [0.53, 0.1, 0.1], chance])).toBe(
      "Without batch normalisation the three-layer network learns from σ = 0.1 (0.5300 ± 0.0020) and stays at " +
        "chance from σ = 0.0001; from σ = 0.001 it learns in one of three trainings.",
    );
    expect(
      about([
        [0.53, 0.1],
        [0.53, 0.1],
        [0.1, 0.53],
      ]),
    ).toBe(
      "Without batch normalisation the three-layer network: from σ = 0.1 it learns in one of two trainings; " +
        "from σ = 0.001 it learns in one of two trainings; from σ = 0.0001 it learns in one of two trainings.",
    );
    expect(about([good, good, []])).toBeUndefined();
  });

  it("says whether batch normalisation makes a network more robust", () => {
    const about = (without: (readonly number[])[], withIt: (readonly number[])[]) =>
      texts(say({ ...cell(9, false)(without), ...cell(9, true)(withIt) }), "Initialisation").find((text) =>
        text.includes("always learns"),
      );
    expect(about([chance, chance, chance], [good, good, chance])).toBe(
      "Batch normalisation makes the nine-layer network more robust to its initialisation: it always learns " +
        "from two of the three σ with it, and from none without it.",
    );
    expect(about([good, good, chance], [good, chance, [0.1, 0.53, 0.53]])).toBe(
      "Batch normalisation makes the nine-layer network less robust to its initialisation: it always learns " +
        "from one of the three σ with it, and from two without it.",
    );
    expect(about([good, good, good], [good, good, good])).toBe(
      "Batch normalisation does not change from how many σ the nine-layer network learns: it always learns " +
        "from three of the three σ with it, and from three without it.",
    );
    expect(about([[0.1], [0.1], [0.1]], [[0.53], [0.53], [0.1]])).toBe(
      "Batch normalisation makes the nine-layer network more robust to its initialisation: it always learns " +
        "from two of the three σ with it, and from none without it, where a single training of a σ leaves " +
        "open what other seeds do.",
    );
    expect(about([chance, chance, []], [good, good, chance])).toBeUndefined();
  });

  it("says what a smaller σ does to a network that learns from both", () => {
    const about = (large: number[], small: number[]) =>
      texts(say({ "tab4-9-bn-0.1": large, "tab4-9-bn-0.001": small }), "Initialisation")[0];
    expect(about(near(0.52), near(0.5))).toBe(
      "An initial σ of 0.001 instead of 0.1 lowers the test accuracy of the nine-layer network with batch " +
        "normalisation: 0.5200 ± 0.0020 from the larger, 0.5000 ± 0.0020 from the smaller, a difference of " +
        "−0.0200, 10.0 standard deviations of a single training (0.0020).",
    );
    expect(about(near(0.52), near(0.52))).toMatch(/^No effect of an initial σ of 0\.001 instead of 0\.1 /);
    expect(about(near(0.52), chance)).toBeUndefined();
  });

  it("says whether the cells at chance are the paper's", () => {
    const table = Object.fromEntries(
      EXPERIMENTS.filter(({ group }) => group === "tab4").map(({ id, published }) => [
        id,
        published === 0.1 ? chance : near(published!),
      ]),
    );
    const about = (changes: Record<string, number[]>, options?: ConclusionOptions) =>
      texts(say({ ...table, ...changes }, options), "Initialisation").find((text) => text.includes("cells"));
    expect(about({})).toBe("The cells of Table 4 at chance are the report’s five, and no others.");
    expect(about({ "tab4-9-bn-0.0001": near(0.3), "tab4-9-bn-0.1": chance })).toBe(
      "The cells of Table 4 at chance are not all the report’s: tab4-9-bn-0.1 is here but not there and " +
        "tab4-9-bn-0.0001 is there but not here.",
    );
    expect(about({ "tab4-9-bn-0.1": [] })).toBeUndefined();
    expect(about({}, { comparable: false })).toBeUndefined();
  });
});

describe("on the agreement with the paper", () => {
  const about = (accuracies: Record<string, readonly number[]>, options?: ConclusionOptions) =>
    texts(say(accuracies, options), "Agreement with the report");

  it("says what the numbers are, how far they lie from the published ones, and how many lie outside", () => {
    expect(
      about({ fig1: near(0.538), fig2: near(0.5323), fig3: near(0.4711), "tab4-9-nobn-0.1": chance }),
    ).toEqual([
      "The numbers are means over three seeds (1, 2 and 3), ± the sample standard deviation of a single " +
        "training.",
      "This run differs from the 4 published accuracies that it has numbers for by 0.0080 on average, and " +
        "by 0.0300 at most (fig3).",
      "Of the 4 published accuracies that can be held against a spread, one lies more than three standard " +
        "deviations from this run’s mean (fig3). With spreads estimated from so few seeds, chance alone " +
        "would mark about 0.4.",
    ]);
    expect(about({ fig1: near(0.536) })[2]).toMatch(/^Of the 1 .* none lies more than three /);
    expect(about({ fig1: near(0.6), fig2: near(0.6) })[2]).toMatch(
      / two lie more than .* \(fig1 and fig2\)\. /,
    );
  });

  it("says with one seed that no spread is known, and marks nothing", () => {
    expect(about({ fig1: [0.6] })).toEqual([
      "Every number of this run comes from a single training. No spread over seeds is known, so no " +
        "difference between two of them can be set apart from chance; several seeds could do so.",
      "This run differs by 0.0640 from the one published accuracy that it has a number for (fig1).",
    ]);
  });

  it("says how many seeds there are where they are not the same everywhere", () => {
    expect(about({ fig1: near(0.536), fig2: [0.53] })[0]).toMatch(
      /^The numbers are means over one to three seeds /,
    );
  });

  it("names what diverged", () => {
    expect(about({ fig1: near(0.536), fig3: [0.44, NaN, NaN] })[1]).toBe(
      "Two of the 6 trainings diverged and have no result: fig3 (seed 2) and fig3 (seed 3). The numbers " +
        "leave them out.",
    );
    expect(about({ fig1: [0.536, NaN] })[1]).toBe(
      "One of the 2 trainings diverged and has no result: fig1 (seed 2). The numbers leave it out.",
    );
  });

  it("compares nothing where the run was not made as the paper's", () => {
    expect(about({ fig1: near(0.537) }, { comparable: false }).length).toBe(1);
  });
});

describe("beyond the paper", () => {
  it("says what the place of the normalisation and the biases do", () => {
    expect(
      texts(
        say({
          fig2: near(0.53),
          "fig2-before": near(0.55),
          "fig2-zeros": near(0.53),
          "fig4-before": near(0.5),
        }),
        "Beyond the report",
      ),
    ).toEqual([
      "Normalising before the activation raises the test accuracy of Figure 2’s network: 0.5300 ± 0.0020 " +
        "after it, 0.5500 ± 0.0020 before it, a difference of +0.0200, 10.0 standard deviations of a single " +
        "training (0.0020).",
      "No effect of biases that start at 0 on the test accuracy of Figure 2’s network can be told: 0.5300 ± " +
        "0.0020 with drawn ones, 0.5300 ± 0.0020 with zeros, a difference of 0.0000, within one standard " +
        "deviation of a single training (0.0020).",
    ]);
  });
});

describe("conclusions", () => {
  const everything = Object.fromEntries(ALL.map(({ id, published = 0.52 }) => [id, near(published)]));

  it("say nothing of nothing", () => {
    expect(conclusions([])).toEqual([]);
    expect(conclusions(summarize(EXPERIMENTS, []))).toEqual([]);
  });

  it("rest on experiments whose numbers are there", () => {
    for (const removed of ALL) {
      const { [removed.id]: _, ...others } = everything;
      for (const { basis } of say(others)) expect(basis).not.toContain(removed.id);
    }
  });

  it("come by topic, are the same for the same numbers, and have no gaps", () => {
    const said = say(everything);
    expect([...new Set(said.map(({ topic }) => topic))]).toEqual(TOPICS);
    expect(say(everything)).toEqual(said);
    const single = say(Object.fromEntries(ALL.map(({ id, published = 0.52 }) => [id, [published]])));
    for (const { text, basis } of [...said, ...single]) {
      expect(text).not.toMatch(/undefined|NaN|null|\s\s|Infinity|'/);
      expect(text).toMatch(/^[A-Z].*\.$/);
      expect(basis.length).toBeGreaterThan(0);
    }
  });

  it("claim no effect on anything from single trainings", () => {
    const single = say(Object.fromEntries(EXPERIMENTS.map(({ id, published }) => [id, [published!]])));
    // The regions of λ hold several trainings each, and have a spread of their own.
    const regions = /^Much (weaker|stronger) regularisation /;
    for (const { text } of single.filter((each) => !regions.test(each.text))) {
      expect(text).not.toMatch(/\b(raises?|lowers?) the\b/);
    }
    expect(single[0]!.text).toMatch(/^Every number of this run comes from a single training\. /);
  });
});
