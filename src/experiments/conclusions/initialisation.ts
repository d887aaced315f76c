/** Conclusions on the initial σ from which networks learn. */
import { countedInWords, inWords, listed } from "../../format/words.ts";
import { CHANCE, cellId, SIGMAS } from "../table.ts";
import { meanAndSd } from "../words.ts";
import { effect } from "./effect.ts";
import { idsOf, type Rule, type Topic, valuesOf } from "./rule.ts";

/** How far from chance an accuracy counts as chance: more than six standard errors of 10,000 samples. */
const AT_CHANCE = 0.02;
const isAtChance = (value: number): boolean => Math.abs(value - CHANCE) <= AT_CHANCE;

const sensitivity =
  (layers: 3 | 9, bn: boolean): Rule =>
  (run) => {
    const ids = SIGMAS.map((sigma) => cellId({ layers, bn, sigma }));
    const cells = valuesOf(run, ...ids);
    if (cells === undefined) return [];
    const network = `the ${layers === 3 ? "three" : "nine"}-layer network`;
    const start = `${bn ? "With" : "Without"} batch normalisation ${network}`;
    const trained = cells.map((values) => values.filter((value) => !isAtChance(value)).length);
    const learned = SIGMAS.flatMap((sigma, i) =>
      trained[i] === cells[i]!.length ? [`σ = ${sigma} (${meanAndSd(cells[i]!)})`] : [],
    );
    const stuck = SIGMAS.flatMap((sigma, i) => (trained[i] === 0 ? [`σ = ${sigma}`] : []));
    const mixed = SIGMAS.flatMap((sigma, i) =>
      trained[i]! > 0 && trained[i]! < cells[i]!.length
        ? [
            `from σ = ${sigma} it learns in ${inWords(trained[i]!)} of ${countedInWords(cells[i]!.length, "training")}`,
          ]
        : [],
    );
    const parts = [
      ...(learned.length > 0 ? [`learns from ${listed(learned)}`] : []),
      ...(stuck.length > 0
        ? [stuck.length === 3 ? "stays at chance from every σ" : `stays at chance from ${listed(stuck)}`]
        : []),
    ];
    const text =
      parts.length > 0
        ? [`${start} ${parts.join(" and ")}`, ...mixed].join("; ")
        : `${start}: ${mixed.join("; ")}`;
    return [{ text: `${text}.`, basis: ids }];
  };

/**
 * Whether the three-layer network learns equally well from the largest and the smallest σ, if it learns from both.
 */
const smallSigma =
  (layers: 3 | 9, bn: boolean, small: number): Rule =>
  (run) => {
    const ids = [cellId({ layers, bn, sigma: 0.1 }), cellId({ layers, bn, sigma: small })];
    const cells = valuesOf(run, ...ids);
    if (cells === undefined || cells.flat().some(isAtChance)) return [];
    const text = effect(
      {
        cause: `an initial σ of ${small} instead of 0.1`,
        on:
          `the test accuracy of the ${layers === 3 ? "three" : "nine"}-layer network ` +
          `${bn ? "with" : "without"} batch normalisation`,
        names: ["from the larger", "from the smaller"],
      },
      cells[0]!,
      cells[1]!,
    );
    return [{ text, basis: ids }];
  };

const robustness =
  (layers: 3 | 9): Rule =>
  (run) => {
    const side = (bn: boolean) => {
      const cells = valuesOf(run, ...SIGMAS.map((sigma) => cellId({ layers, bn, sigma })));
      return cells?.filter((values) => values.every((value) => !isAtChance(value))).length;
    };
    const [without, withIt] = [side(false), side(true)];
    if (without === undefined || withIt === undefined) return [];
    const network = `${layers === 3 ? "three" : "nine"}-layer`;
    const cells = (n: number) => (n === 0 ? "none" : inWords(n));
    const basis = [false, true].flatMap((bn) => SIGMAS.map((sigma) => cellId({ layers, bn, sigma })));
    const fewest = Math.min(...valuesOf(run, ...basis)!.map(({ length }) => length));
    const single = fewest < 2 ? ", where a single training of a σ leaves open what other seeds do" : "";
    const numbers =
      `it always learns from ${cells(withIt)} of the three σ with it, and from ${cells(without)} without ` +
      `it${single}`;
    const text =
      withIt > without
        ? `Batch normalisation makes the ${network} network more robust to its initialisation: ${numbers}.`
        : withIt < without
          ? `Batch normalisation makes the ${network} network less robust to its initialisation: ${numbers}.`
          : `Batch normalisation does not change from how many σ the ${network} network learns: ${numbers}.`;
    return [{ text, basis }];
  };

const sameCells: Rule = (run) => {
  const cells = run.rows.filter(({ experiment }) => experiment.group === "tab4");
  if (!run.comparable || cells.length !== 12 || cells.some(({ values }) => values.length === 0)) return [];
  const stuck = cells.filter(({ values }) => values.every(isAtChance));
  const published = cells.filter(({ experiment }) => isAtChance(experiment.published!));
  const differ = cells.filter((cell) => stuck.includes(cell) !== published.includes(cell));
  const text =
    differ.length === 0
      ? `The cells of Table 4 at chance are the report’s ${inWords(stuck.length)}, and no others.`
      : `The cells of Table 4 at chance are not all the report’s: ${listed(
          differ.map(
            (cell) =>
              `${cell.experiment.id} is ` +
              `${stuck.includes(cell) ? "here but not there" : "there but not here"}`,
          ),
        )}.`;
  return [{ text, basis: idsOf(cells) }];
};

export const initialisation: Topic = {
  title: "Initialisation",
  rules: [
    sensitivity(3, false),
    sensitivity(3, true),
    sensitivity(9, false),
    sensitivity(9, true),
    robustness(3),
    robustness(9),
    smallSigma(3, true, 0.0001),
    smallSigma(9, true, 0.001),
    sameCells,
  ],
};
