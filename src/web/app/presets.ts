/** Whole configurations to begin with: the paper's experiments, and some on toys. */
import { EXPERIMENTS, type Experiment } from "../../experiments/table.ts";
import type { Given } from "../engine/api.ts";

export interface Preset {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Under which title it stands. */
  readonly group: string;
  /** The data set that it is for. Default: images, CIFAR-10 if its files are there. */
  readonly data?: string;
  readonly a: Given;
  /** What it is compared with. */
  readonly b?: Given;
}

const NINE = [50, 30, 20, 20, 10, 10, 10, 10];

/** On made images a tenth of the paper's samples is enough to see what happens, in seconds. */
export const QUICK: Given = { limit: 5000, validation: 1000 };

const experiment = (id: string): Experiment => EXPERIMENTS.find((each) => each.id === id)!;
const settingsOf = (id: string): Given => experiment(id).settings;

/** "Figure 3", "Table 4". */
function placeOf({ group }: Experiment): string {
  const [, kind, number] = /^(fig|tab)(\d+)$/.exec(group) ?? [];
  return `${kind === "fig" ? "Figure" : "Table"} ${number}`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

const comparisons: readonly Preset[] = [
  {
    id: "nine-layers",
    title: "Nine layers: dead, and alive",
    description: "Small initial weights, without and with batch normalisation",
    group: "Side by side",
    a: { layers: NINE, init: "normal:0.01" },
    b: { layers: NINE, init: "normal:0.01", bn: "after" },
  },
  {
    id: "figures-3-4",
    title: "Figures 3 and 4: nine layers",
    description: "The paper's networks, without and with batch normalisation",
    group: "Side by side",
    a: settingsOf("fig3"),
    b: settingsOf("fig4"),
  },
  {
    id: "figures-1-2",
    title: "Figures 1 and 2: three layers",
    description: "Shallow networks need no batch normalisation",
    group: "Side by side",
    a: settingsOf("fig1"),
    b: settingsOf("fig2"),
  },
  {
    id: "before-after",
    title: "Before or after the activation",
    description: "Where batch normalisation stands",
    group: "Side by side",
    a: { layers: NINE, bn: "before" },
    b: { layers: NINE, bn: "after" },
  },
  {
    id: "sgd-adam",
    title: "SGD and Adam",
    description: "The same network on two spirals",
    group: "Side by side",
    data: "spirals",
    a: { layers: [16, 16], optimizer: "sgd", etaMax: 0.1, lrSchedule: "constant" },
    b: { layers: [16, 16], optimizer: "adam", etaMax: 0.01, lrSchedule: "constant" },
  },
];

const ofPaper: readonly Preset[] = EXPERIMENTS.map((each) => ({
  id: each.id,
  title: each.title,
  description:
    each.published === undefined
      ? placeOf(each)
      : `${placeOf(each)}: ${percent(each.published)} ${each.metric} accuracy in the paper`,
  group: `The paper, ${placeOf(each)}`,
  a: each.settings,
}));

/** All of them, the comparisons first. */
export const presets: readonly Preset[] = [...comparisons, ...ofPaper];
