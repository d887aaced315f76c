/**
 * The reproduction as a paper that can be handed in: every figure redrawn and every table set beside the
 * published numbers, what the report left out, and the conclusions that the numbers support. Data in, text
 * out; training, and writing the files, are others' business.
 */
import { decimals, duration, scientific, signed, thousands } from "../format/numbers.ts";
import { capitalize, counted, countedInWords, inWords, listed, pluralOf } from "../format/words.ts";
import type { Column } from "../report/page.ts";
import { DEFAULTS, mergeSettings, type TrainSettings } from "../settings/settings.ts";
import {
  type Cell,
  type Curve,
  type SearchPoint,
  searchPanel,
  sensitivityPanel,
  trainingPanels,
} from "./charts.ts";
import { conclusions, TOPICS } from "./conclusions/index.ts";
import { type Block, type Document, plotFiles, type TableBlock, toHtml, toMarkdown } from "./document.ts";
import { leapSentences } from "./leaps.ts";
import { chanceOfMark, isNumber } from "./statistics.ts";
import type { TrainingResult } from "./summary.ts";
import { accuracy, lastEpochOf, type RowSummary, summarize } from "./summary.ts";
import { BEST_L2, CHANCE, EXPERIMENTS, type Experiment, formatL2, type Measure } from "./table.ts";
import { meanAndSd } from "./words.ts";

export interface ReproductionFacts {
  /** As it can be typed again. */
  readonly command: string;
  readonly version: string;
  /** "22.21.0" */
  readonly node: string;
  /** In words: "2 cores of an AMD EPYC, Linux". */
  readonly machine: string;
  /** That all of it took, on the clock. */
  readonly seconds: number;
  /** The seeds that were asked for. */
  readonly seeds: readonly number[];
  /** The data set's name; only cifar10 is the report's. */
  readonly data: string;
  /** Settings that are not the report's, if any, for people: "--limit 5000". */
  readonly changes?: readonly string[];
  /** The same as data: what every training had in place of its experiment's. */
  readonly settings?: Partial<TrainSettings>;
  /** What the data set has; by default what CIFAR-10 has. */
  readonly samples?: SampleFacts;
  readonly date?: string;
}

export interface SampleFacts {
  /** To be split into those to train on and those to validate. */
  readonly training: number;
  readonly test: number;
  readonly features: number;
  readonly classes: number;
}

const CIFAR10: SampleFacts = { training: 50_000, test: 10_000, features: 3072, classes: 10 };

export interface ReproductionInput {
  /** Of any of the experiments; what is missing is said to be missing. */
  readonly results: readonly TrainingResult[];
  /** The report's that were asked for. */
  readonly experiments: readonly Experiment[];
  /** Those beyond the report, if they were asked for. */
  readonly appendix?: readonly Experiment[];
  /** The values of λ that a search of this run's own proposed. */
  readonly fresh?: readonly Experiment[];
  readonly facts: ReproductionFacts;
}

export interface Reproduction {
  /** The whole report in one file. */
  readonly html: string;
  /** Its twin, which refers to the plots as files. */
  readonly markdown: string;
  /** SVG documents by their paths from the report's folder: "plots/fig1-cost.svg". */
  readonly plots: Readonly<Record<string, string>>;
}

/** The report of a run, finished or not. The same input gives the same bytes. */
export async function reproductionReport(input: ReproductionInput): Promise<Reproduction> {
  const document = await compose(input);
  return { html: toHtml(document), markdown: toMarkdown(document), plots: plotFiles(document) };
}

const titleOf = (data: string): string =>
  `Batch normalisation in fully connected networks on ${nameOf(data)}: a reproduction`;

/** A data set in a sentence: "CIFAR-10", "the synthetic data set". */
const nameOf = (data: string): string => (data === "cifar10" ? "CIFAR-10" : `the ${data} data set`);
const MISSING = "–";
const MARK = "✱";

interface Paper {
  readonly facts: ReproductionFacts;
  /** Whether the run was made as the report's. */
  readonly comparable: boolean;
  readonly rows: readonly RowSummary[];
  readonly appendix: readonly RowSummary[];
  readonly fresh: readonly RowSummary[];
  /** "Table A" for the first that is not the report's, and so on. */
  nextTable(): string;
  nextFigure(): string;
}

async function compose(input: ReproductionInput): Promise<Document> {
  const { results, experiments, appendix = [], fresh = [], facts } = input;
  const letters = (kind: string) => {
    let next = 65;
    return () => `${kind} ${String.fromCharCode(next++)}`;
  };
  const paper: Paper = {
    facts,
    comparable: facts.data === "cifar10" && (facts.changes ?? []).length === 0,
    rows: summarize(experiments, results),
    appendix: summarize(appendix, results),
    fresh: summarize(fresh, results),
    nextTable: letters("Table"),
    nextFigure: letters("Figure"),
  };
  return {
    title: titleOf(facts.data),
    subtitle:
      "DD2424 Deep Learning in Data Science (KTH, April 2021), Assignment 3, trained again from its " +
      "description",
    blocks: [
      ...summaryBlocks(paper),
      ...methodBlocks(paper),
      heading(2, "Results"),
      ...(await networkBlocks(paper)),
      ...(await searchBlocks(paper)),
      ...(await sensitivityBlocks(paper)),
      ...conclusionBlocks(paper),
      ...(await appendixBlocks(paper)),
      ...trainingBlocks(paper),
      heading(2, "References"),
      { kind: "list", numbered: true, items: REFERENCES },
    ],
    footer:
      `Made by nnwasm ${facts.version} on Node ` +
      `${facts.node}${facts.date === undefined ? "" : `, ${facts.date}`}.`,
  };
}

const REFERENCES = [
  "M. A. Csizmadia, “Assignment 3”, report for DD2424 Deep Learning in Data Science, KTH, April 2021.",
  "L. N. Smith, “Cyclical learning rates for training neural networks”, IEEE Winter Conference on " +
    "Applications of Computer Vision (WACV), 2017, pp. 464–472.",
  "S. Ioffe and C. Szegedy, “Batch normalization: accelerating deep network training by reducing " +
    "internal covariate shift”, International Conference on Machine Learning (ICML), 2015, pp. 448–456.",
];

const heading = (level: 2 | 3, title: string): Block => ({ kind: "heading", level, title });
const paragraph = (...sentences: readonly (string | false)[]): Block => ({
  kind: "paragraph",
  text: sentences.filter(Boolean).join(" "),
});

const leading = (lead: string, ...sentences: readonly string[]): Block => ({
  kind: "paragraph",
  lead,
  text: sentences.filter(Boolean).join(" "),
});

const right = (title: string, hint?: string): Column => ({
  title,
  align: "right",
  ...(hint !== undefined && { hint }),
});

const groupOf = (rows: readonly RowSummary[], group: string): RowSummary[] =>
  rows.filter(({ experiment }) => experiment.group === group);

// The cells that all tables share

const hasSpread = (rows: readonly RowSummary[]): boolean => rows.some(({ sd }) => sd !== undefined);

/** Report, this run, and, where they compare, the difference and the mark. */
function numberColumns({ comparable }: Paper, rows: readonly RowSummary[]): Column[] {
  const spread = hasSpread(rows);
  return [
    right("report"),
    right("this run", spread ? "mean ± s.d." : undefined),
    ...(comparable ? [right("difference")] : []),
    ...(comparable && spread ? [right(`${MARK}`, "> 3 s.d.")] : []),
  ];
}

function numberCells({ comparable }: Paper, row: RowSummary, rows: readonly RowSummary[]): string[] {
  const { experiment, difference, outside } = row;
  return [
    experiment.published === undefined ? MISSING : decimals(experiment.published),
    thisRun(row),
    ...(comparable ? [difference === undefined ? MISSING : signed(difference)] : []),
    ...(comparable && hasSpread(rows) ? [outside ? MARK : ""] : []),
  ];
}

/** "0.5355 ± 0.0007", with the number of trainings that diverged. */
function thisRun({ values, diverged }: RowSummary): string {
  const failed = diverged.length === 0 ? "" : `${diverged.length} diverged`;
  if (values.length === 0) return failed || MISSING;
  return failed === "" ? meanAndSd(values) : `${meanAndSd(values)} (${failed})`;
}

/** What the reader must know of the cells. */
function tableNote({ facts, comparable }: Paper, rows: readonly RowSummary[]): string | undefined {
  const missing = rows.filter(({ trainings }) => trainings.length === 0).length;
  const incomplete = rows.filter(
    ({ trainings }) => trainings.length > 0 && trainings.length < facts.seeds.length,
  );
  const notes = [
    comparable && rows.some(({ outside }) => outside)
      ? `${MARK} The published value lies more than three standard deviations from the mean.`
      : "",
    missing > 0 ? `${MISSING} Not trained (${missing} of ${rows.length}).` : "",
    incomplete.length > 0
      ? `Fewer seeds than asked for: ${listed(incomplete.map(({ experiment }) => experiment.id))}.`
      : "",
  ].filter(Boolean);
  return notes.length === 0 ? undefined : notes.join(" ");
}

// Summary and method

function summaryBlocks(paper: Paper): Block[] {
  const { facts, comparable, rows } = paper;
  const all = [...rows, ...paper.appendix, ...paper.fresh];
  const planned = all.length * facts.seeds.length;
  const trainings = all.flatMap((row) => row.trainings);
  const epochs = trainings.reduce((sum, training) => sum + training.rows.length, 0);
  const figures = rows.filter(({ experiment }) => experiment.readings !== undefined);
  const whole = rows.length === EXPERIMENTS.length;
  return [
    heading(2, "Summary"),
    paragraph(
      `This paper repeats ${whole ? "the" : `${rows.length} of the ${EXPERIMENTS.length}`} experiments of a ` +
        "course report [1] on batch normalisation [3] in fully " +
        "connected networks, trained on CIFAR-10 with cyclical learning rates [2]: networks of three and " +
        "of nine layers with and without batch normalisation, a coarse-to-fine search for the strength λ " +
        "of the L2 penalty, and the sensitivity to initialisation.",
      "Figures and tables with numbers are the report’s, redrawn; those with letters are added.",
      "The report trained each network once. " +
        (facts.seeds.length > 1
          ? `Here each is trained from ${facts.seeds.length} seeds, so that a difference can be held ` +
            "against its spread."
          : "So is each here: a spread over seeds is not known, and takes several seeds."),
    ),
    ...(comparable ? [] : [warning(facts)]),
    ...(trainings.length < planned
      ? [
          {
            kind: "warning" as const,
            text:
              `The run is not complete: ${trainings.length} of ${planned} trainings are there. Resume it ` +
              "for the others.",
          },
        ]
      : []),
    {
      kind: "facts",
      list: [
        ["Trainings", `${trainings.length}${trainings.length < planned ? ` of ${planned}` : ""}`],
        ["Epochs", String(epochs)],
        ["Seeds", listed(facts.seeds)],
        ["Data set", facts.data === "cifar10" ? "CIFAR-10" : facts.data],
        ["Time on the clock", duration(facts.seconds)],
        ["Machine", facts.machine],
        ["Software", `nnwasm ${facts.version}, Node ${facts.node}`],
        ...(facts.date === undefined ? [] : [["Date", facts.date] as const]),
      ],
    },
    { kind: "code", text: facts.command },
    ...(figures.length === 0
      ? []
      : [
          table(paper, {
            label: paper.nextTable(),
            caption: "Test accuracy of the networks of the figures, 0 to 1",
            heads: [{ title: "figure" }, { title: "network" }],
            rows: figures,
            cells: (row) => [row.experiment.id.slice(3), inShort(paper, row)],
          }),
        ]),
  ];
}

/** "3 layers, BN, λ = 7.86e-3, 30 epochs": what differs from the defaults, for a narrow column. */
function inShort(paper: Paper, row: RowSummary): string {
  const { layers = DEFAULTS.layers, bn = DEFAULTS.bn, l2, cycles } = row.experiment.settings;
  return [
    `${layers.length + 1} layers`,
    ...(bn === false ? [] : ["BN"]),
    ...(l2 === undefined ? [] : [`λ = ${formatL2(l2)}`]),
    ...(cycles === undefined || hasOwnEpochs(paper) ? [] : [counted(epochsOf(paper, row), "epoch")]),
  ].join(", ");
}

/** Whether --epochs ends all trainings alike, in the course of whatever cycle. */
const hasOwnEpochs = ({ facts }: Paper): boolean => facts.settings?.epochs !== undefined;

function warning({ data, changes = [] }: ReproductionFacts): Block {
  const why = [
    ...(data === "cifar10" ? [] : [`on the data set ${data} instead of CIFAR-10`]),
    ...(changes.length === 0 ? [] : [`with ${listed(changes)}`]),
  ];
  return {
    kind: "warning",
    text:
      `This run was made ${why.join(" and ")}: its numbers are not the report’s, and are not compared ` +
      "with them.",
  };
}

interface AccuracyTable {
  readonly label: string;
  readonly caption: string;
  readonly heads: readonly Column[];
  readonly rows: readonly RowSummary[];
  /** What stands in a row before the numbers. */
  readonly cells: (row: RowSummary) => readonly string[];
  readonly highlightRow?: number | undefined;
  readonly more?: string;
}

/** A table of accuracies beside the published ones. */
function table(
  paper: Paper,
  { label, caption, heads, rows, cells, highlightRow, more }: AccuracyTable,
): TableBlock {
  const note = [more, tableNote(paper, rows)].filter(Boolean).join(" ");
  return {
    kind: "table",
    label,
    caption,
    columns: [...heads, ...numberColumns(paper, rows)],
    rows: rows.map((row) => [...cells(row), ...numberCells(paper, row, rows)]),
    ...(note !== "" && { note }),
    highlightRow,
  };
}

function methodBlocks(paper: Paper): Block[] {
  const { facts, comparable } = paper;
  const several = facts.seeds.length > 1;
  return [
    heading(2, "Method"),
    ...(comparable
      ? []
      : [paragraph("This is the report’s method, which this run departs from as said above.")]),
    leading("Data", ...dataSentences(facts)),
    leading("Networks", ...networkSentences(paper)),
    leading("Training", ...trainingSentences(facts)),
    leading(
      "Comparison",
      several
        ? `A number of this run is the mean over seeds ${listed(facts.seeds)}, ± the sample standard ` +
            "deviation (n − 1) of a single training."
        : "A number of this run is that of a single training. Its spread over seeds is not known, so " +
            "nothing can be marked as lying outside it.",
      several && comparable
        ? `${MARK} marks a published value, itself a single training, that lies more than three of these ` +
            "from the mean. With few seeds the standard deviation is itself uncertain: about " +
            `${decimals(100 * chanceOfMark(facts.seeds.length)!, 0)} rows in 100 would be marked even if ` +
            "the published value were only another seed’s."
        : "",
      several
        ? "The conclusions name a difference of means as an effect if chance alone makes one so large in fewer " +
            "than one case of a hundred (Student’s t). Of the others, one within a standard deviation counts as " +
            "none, a larger one as a hint."
        : "",
    ),
  ];
}

/** Samples that a training has: those of the split, and those of them that --limit leaves. */
function splitOf({ settings = {}, samples = CIFAR10 }: ReproductionFacts) {
  const { validation, limit = Infinity } = mergeSettings(settings);
  const split = samples.training - validation;
  return { validation, split, used: Math.min(limit, split) };
}

function dataSentences(facts: ReproductionFacts): string[] {
  const { training, test, features } = facts.samples ?? CIFAR10;
  const { validation, split, used } = splitOf(facts);
  const name = nameOf(facts.data);
  const some = used < split ? `, of which ${thousands(used)} are used,` : "";
  return [
    `${capitalize(name)}’s ${thousands(training)} training images are split at random, ` +
      `by the seed, into ${thousands(split)} to train on${some} and ${thousands(validation)} to validate; its ` +
      `${thousands(test)} test images are used once, at the end.`,
    `Each of the ${thousands(features)} features is standardised by its mean and standard deviation over the ` +
      `${thousands(used)}.`,
  ];
}

function networkSentences({ rows, appendix }: Paper): string[] {
  const experiments = rows.length > 0 ? rows.map(({ experiment }) => experiment) : EXPERIMENTS;
  const settings = experiments.map((experiment) => mergeSettings(experiment.settings));
  const shapes = new Map(settings.map(({ layers }) => [layers.join(), layers]));
  const networks = [...shapes.values()].map((layers) => ({
    name: `the ${inWords(layers.length + 1)}-layer network`,
    units: `of ${listed(layers)}`,
  }));
  const [first, ...others] = networks;
  const hasBn = settings.some(({ bn }) => bn !== false) || appendix.length > 0;
  const hasSigma = settings.some(({ init }) => init.startsWith("normal:"));
  return [
    "A layer is dense, with ReLU in the hidden ones and softmax in the last.",
    `The${first!.name.slice(3)} has hidden layers ${first!.units} units` +
      `${others.map(({ name, units }) => `, ${name} ${units}`).join("")}.`,
    hasBn
      ? "Batch normalisation (moving averages with momentum 0.9, ε = 1e-5) follows each hidden layer’s ReLU, as in " +
        "the report."
      : "",
    `Weights are drawn from N(0, 1/√(inputs)) (Xavier)${hasSigma ? " or, where stated, N(0, σ)," : ","} and biases ` +
      "in the same way.",
  ];
}

function trainingSentences(facts: ReproductionFacts): string[] {
  const settings = mergeSettings(facts.settings ?? {});
  const { batch, l2, etaMin, etaMax, cycles, epochs } = settings;
  const { used } = splitOf(facts);
  const stepsOfEpoch = Math.ceil(used / batch);
  const cycle = 2 * Math.max(1, settings.stepSize ?? Math.round((5 * used) / batch));
  const cycleEpochs = cycle / stepsOfEpoch;
  const inEpochs = Number.isInteger(cycleEpochs) ? inWords(cycleEpochs) : decimals(cycleEpochs, 1);
  return [
    `Mini-batches of ${batch}, shuffled anew in every epoch; stochastic gradient descent without momentum ` +
      `on the mean cross-entropy plus ½ λ Σ W², λ = ${l2} where not stated; triangular cycles ` +
      `of the learning rate between ${scientific(etaMin, 6)} and ${scientific(etaMax, 6)}, of ${thousands(cycle)} updates or ${inEpochs} ` +
      `${pluralOf("epoch", cycleEpochs)} each; ${countedInWords(cycles, "cycle")} where not stated.`,
    epochs === undefined
      ? ""
      : `Every training ends after ${counted(epochs, "epoch")}, ${thousands(epochs * stepsOfEpoch)} updates, wherever ` +
        "its cycle then is.",
    "After every epoch loss, cost and accuracy are taken in inference mode over the whole validation set, and for " +
      "the curves that are shown over the whole training set. The rate that is recorded then is the next update’s, " +
      "hence the “shifted” curve that the report remarks on.",
  ];
}

// Figures 1 to 5

async function networkBlocks(paper: Paper): Promise<Block[]> {
  const blocks: Block[] = [];
  const part = async (title: string, ids: readonly string[]) => {
    const rows = paper.rows.filter(({ experiment }) => ids.includes(experiment.id));
    if (rows.length === 0) return;
    blocks.push(heading(3, title));
    for (const row of rows) blocks.push(...(await figureBlocks(paper, row)));
  };
  await part("Three layers, with and without batch normalisation", ["fig1", "fig2"]);
  await part("Nine layers, with and without batch normalisation", ["fig3", "fig4"]);
  return blocks;
}

/** Epochs of this row's trainings; before there is one, those that it is going to have. */
function epochsOf({ facts }: Paper, row: RowSummary): number {
  const { epochs, cycles } = mergeSettings(row.experiment.settings, facts.settings ?? {});
  return lastEpochOf(row) ?? epochs ?? Math.round(10 * cycles);
}

/** After the first, the tenth and the last epoch, as far as there are so many. */
const readEpochs = (last: number): number[] => [...new Set([1, 10, last].filter((epoch) => epoch <= last))];

async function figureBlocks(paper: Paper, row: RowSummary): Promise<Block[]> {
  const { experiment } = row;
  const label = `Figure ${experiment.id.slice(3)}`;
  const curves = curvesOf(row);
  const epochs = epochsOf(paper, row);
  const accuracyOf =
    row.mean === undefined
      ? `${label}’s network (${titleIn(paper, experiment)}) ` +
        `${row.trainings.length === 0 ? "has not been trained in this run" : "diverged"}.`
      : `Test accuracy after ${counted(epochs, "epoch")}: ${thisRun(row)}${
          paper.comparable && experiment.published !== undefined
            ? `; published ${decimals(experiment.published)}, a difference of ${signed(row.difference!)}${
                row.outside ? ", more than three standard deviations" : ""
              }`
            : ""
        }.`;
  if (curves.length === 0) return [paragraph(accuracyOf)];
  const [first, ...others] = curves;
  const caption = [
    `Cost, loss, accuracy and learning rate over ${counted(epochs, "epoch")}: ` +
      `${titleIn(paper, experiment)}.`,
    others.length === 0
      ? `Seed ${first!.seed}.`
      : `Thick: seed ${first!.seed}; thin: ${pluralOf("seed", others.length)} ` +
        `${listed(others.map(({ seed }) => seed))}.`,
    paper.comparable && experiment.readings !== undefined
      ? "Diamonds: the report’s curves, read off by eye."
      : "",
  ];
  return [
    {
      kind: "figure",
      label,
      caption: caption.filter(Boolean).join(" "),
      file: experiment.id,
      panels: await trainingPanels(curves, epochs, paper.comparable ? experiment.readings : undefined),
    },
    paragraph(accuracyOf),
    ...leapBlocks(paper, row),
    ...(experiment.readings === undefined ? [] : [readingsTable(paper, row, label)]),
  ];
}

/** What a curve is that leaps. */
function leapBlocks({ facts }: Paper, row: RowSummary): Block[] {
  const { bn } = mergeSettings(row.experiment.settings, facts.settings ?? {});
  const { classes } = facts.samples ?? CIFAR10;
  const sentences = leapSentences(curvesOf(row), bn !== false, classes);
  return sentences.length === 0 ? [] : [paragraph(...sentences)];
}

/** An experiment's title within a sentence. Cycles that --epochs cuts off are not said. */
function titleIn(paper: Paper, { title }: Experiment): string {
  const lower = title.charAt(0).toLowerCase() + title.slice(1);
  return hasOwnEpochs(paper) ? lower.replace(", three cycles", "") : lower;
}

/** The trainings that have epochs to be drawn, those that diverged too. */
const curvesOf = ({ trainings }: RowSummary): Curve[] =>
  trainings.filter(({ rows }) => rows.length > 0).map(({ seed, rows }) => ({ seed, rows }));

const SETS = [
  ["train", "training"],
  ["validation", "validation"],
] as const;

function readingsTable(paper: Paper, row: RowSummary, label: string): TableBlock {
  const { experiment, trainings } = row;
  const epochs = readEpochs(epochsOf(paper, row));
  const words = ["the only epoch", "the first and the last epoch", "the first, the tenth and the last epoch"];
  const arrows = (values: readonly (number | undefined)[], digits: number) =>
    values.map((value) => (value === undefined ? MISSING : decimals(value, digits))).join(" → ");
  const measures: readonly Measure[] = ["loss", "accuracy", "cost"];
  const several = curvesOf(row).length > 1;
  const rows = measures.flatMap((measure) =>
    SETS.map(([set, name]) => {
      const digits = measure === "accuracy" ? 3 : 2;
      const sorted = epochs.map((epoch) =>
        trainings
          .map(({ rows }) => rows.find((each) => each.epoch === epoch)?.[set]?.[measure])
          .filter(isNumber)
          .sort((a, b) => a - b),
      );
      const shown = (choose: (values: readonly number[]) => number | undefined) =>
        arrows(sorted.map(choose), digits);
      return [
        `${name} ${measure}`,
        ...(paper.comparable ? [arrows(experiment.readings![set][measure], digits)] : []),
        shown(median),
        ...(several ? [shown((values) => values[0]), shown((values) => values.at(-1))] : []),
      ];
    }),
  );
  const hint = `${pluralOf("epoch", epochs.length)} ${epochs.join(" → ")}`;
  return {
    kind: "table",
    label: paper.nextTable(),
    caption: `The curves of ${label} after ${words[epochs.length - 1]}`,
    columns: [
      { title: "curve" },
      ...(paper.comparable ? [right("report, read off", hint)] : []),
      right(several ? "this run, median" : "this run", hint),
      ...(several ? [right("lowest", hint), right("highest", hint)] : []),
    ],
    rows,
  };
}

/** Of sorted values. Means would follow the leaps of single epochs. */
function median(values: readonly number[]): number | undefined {
  const [below, above] = [values[Math.ceil(values.length / 2 - 1)], values[Math.floor(values.length / 2)]];
  return below === undefined || above === undefined ? undefined : (below + above) / 2;
}

// Tables 1 to 3, and Figure 5

const SEARCH = [
  ["tab1", "Table 1", "Coarse search"],
  ["tab2", "Table 2", "Fine search 1"],
  ["tab3", "Table 3", "Fine search 2"],
] as const;

async function searchBlocks(paper: Paper): Promise<Block[]> {
  const blocks: Block[] = [];
  const searched = paper.rows.filter(({ experiment }) =>
    SEARCH.some(([group]) => group === experiment.group),
  );
  const best = paper.rows.find(({ experiment }) => experiment.id === "fig5");
  if (searched.length + paper.fresh.length === 0 && best === undefined) return [];
  blocks.push(heading(3, "Coarse-to-fine search for λ"));
  if (searched.length > 0) {
    blocks.push(
      paragraph(
        `The three-layer network with batch normalisation is trained for ${epochsInWords(paper, searched)} with ` +
          "each of the report’s own values of λ, so that rows compare: ten drawn log-uniformly from 1e-5 to 1e-1, " +
          "then twice five drawn within 20% of the best of the round before.",
      ),
      ...SEARCH.flatMap(([group, label, caption]) => searchTable(paper, group, label, caption)),
    );
  }
  blocks.push(...(await searchFigure(paper, searched)), ...freshBlocks(paper));
  if (best !== undefined) blocks.push(...(await figureBlocks(paper, best)));
  return blocks;
}

function searchTable(paper: Paper, group: string, label: string, caption: string): Block[] {
  const rows = groupOf(paper.rows, group);
  if (rows.length === 0) return [];
  return [
    table(paper, {
      label,
      caption: `${caption}: validation accuracy after ${epochsInWords(paper, rows)}`,
      heads: [right("λ")],
      rows,
      cells: ({ experiment }) => [formatL2(experiment.settings.l2!)],
      highlightRow: bestRow(rows),
    }),
  ];
}

/** "20 epochs": those of the rows, which all have as many. */
const epochsInWords = (paper: Paper, rows: readonly RowSummary[]): string =>
  counted(Math.max(...rows.map((row) => epochsOf(paper, row))), "epoch");

/** The place of the highest mean, if there are several to choose from. */
function bestRow(rows: readonly RowSummary[]): number | undefined {
  const means = rows.map(({ mean }) => mean ?? -1);
  return means.filter((mean) => mean >= 0).length < 2 ? undefined : means.indexOf(Math.max(...means));
}

async function searchFigure(paper: Paper, searched: readonly RowSummary[]): Promise<Block[]> {
  const points = (rows: readonly RowSummary[], source: SearchPoint["source"]): SearchPoint[] =>
    rows.flatMap(({ experiment, mean, sd }) =>
      mean === undefined ? [] : [{ l2: experiment.settings.l2!, source, value: mean, sd }],
    );
  const published = (rows: readonly RowSummary[]): SearchPoint[] =>
    paper.comparable
      ? rows.map(({ experiment }) => ({
          l2: experiment.settings.l2!,
          source: "report",
          value: experiment.published!,
        }))
      : [];
  const fine = searched.filter(({ experiment }) => experiment.group !== "tab1");
  const ours = points(searched, "this run");
  const own = points(paper.fresh, "this run’s own search");
  if (ours.length + own.length === 0) return [];
  const fineOurs = points(fine, "this run");
  const panels = [
    await searchPanel([...published(searched), ...ours, ...own]),
    ...(fineOurs.length > 0
      ? [await searchPanel([...published(fine), ...fineOurs], { fine: true, best: BEST_L2 })]
      : []),
  ];
  const bars = hasSpread([...searched, ...paper.fresh]);
  return [
    {
      kind: "figure",
      label: paper.nextFigure(),
      caption: [
        "Validation accuracy of the three-layer network with batch normalisation against the strength λ " +
          "of the L2 penalty: the figure that the report left to be made.",
        bars ? "Bars: one standard deviation over seeds to either side." : "",
        fineOurs.length > 0 ? `Dashed: λ = ${formatL2(BEST_L2)}, the report’s best.` : "",
      ]
        .filter(Boolean)
        .join(" "),
      file: "lambda",
      panels,
    },
  ];
}

function freshBlocks(paper: Paper): Block[] {
  const { fresh } = paper;
  if (fresh.length === 0) return [];
  const spread = hasSpread(fresh);
  const missing = fresh.filter(({ trainings }) => trainings.length === 0).length;
  return [
    paragraph(
      "The same search once more, from this run’s own random numbers: each round is drawn around the " +
        "best of its own rounds before.",
    ),
    {
      kind: "table",
      label: paper.nextTable(),
      caption: `This run’s own coarse-to-fine search: validation accuracy after ${epochsInWords(paper, fresh)}`,
      columns: [{ title: "round" }, right("λ"), right("this run", spread ? "mean ± s.d." : undefined)],
      rows: fresh.map((row) => [
        row.experiment.title.replace(/,.*/, ""),
        formatL2(row.experiment.settings.l2!),
        thisRun(row),
      ]),
      highlightRow: bestRow(fresh),
      ...(missing > 0 && { note: `${MISSING} Not trained (${missing} of ${fresh.length}).` }),
    },
  ];
}

// Table 4

/** What a row's id says: tab4-9-bn-0.001. */
function cellOf({ id }: Experiment): { layers: number; bn: boolean; sigma: number } {
  const [, layers, bn, sigma] = id.split("-");
  return { layers: Number(layers), bn: bn === "bn", sigma: Number(sigma) };
}

async function sensitivityBlocks(paper: Paper): Promise<Block[]> {
  const rows = groupOf(paper.rows, "tab4");
  if (rows.length === 0) return [];
  const cells = (layers: number): Cell[] =>
    rows
      .map((row) => ({ row, cell: cellOf(row.experiment) }))
      .filter(({ row, cell }) => cell.layers === layers && row.mean !== undefined)
      .flatMap(({ row, cell: { sigma, bn } }): Cell[] => [
        ...(paper.comparable
          ? [{ sigma, bn, source: "report" as const, value: row.experiment.published! }]
          : []),
        { sigma, bn, source: "this run", value: row.mean!, sd: row.sd },
      ]);
  const panels = [];
  for (const layers of [3, 9] as const) {
    if (cells(layers).length > 0) panels.push(await sensitivityPanel(layers, cells(layers)));
  }
  return [
    heading(3, "Sensitivity to initialisation"),
    paragraph(
      "Weights and biases are drawn from N(0, σ) instead of Xavier’s distribution; all else is as " +
        `before. A test accuracy of ${CHANCE} is that of a network that tells the ` +
        `${inWords((paper.facts.samples ?? CIFAR10).classes)} classes apart in ` +
        "nothing.",
    ),
    table(paper, {
      label: "Table 4",
      caption: "Test accuracy by the standard deviation σ of the initial parameters",
      heads: [right("layers"), { title: "BN" }, right("σ")],
      rows,
      cells: ({ experiment }) => {
        const { layers, bn, sigma } = cellOf(experiment);
        return [String(layers), bn ? "yes" : "no", String(sigma)];
      },
    }),
    ...(panels.length === 0
      ? []
      : [
          {
            kind: "figure" as const,
            label: paper.nextFigure(),
            caption: [
              "Table 4 as a picture.",
              paper.comparable ? "Diamonds: the report; circles: this run." : "",
              "Dashed: chance.",
              hasSpread(rows) ? "Bars: one standard deviation over seeds to either side." : "",
            ]
              .filter(Boolean)
              .join(" "),
            file: "sensitivity",
            panels,
          },
        ]),
  ];
}

// Conclusions and appendix

function conclusionBlocks({ rows, appendix, fresh, comparable }: Paper): Block[] {
  const said = conclusions([...rows, ...appendix, ...fresh], { comparable });
  if (said.length === 0) return [];
  return [
    heading(2, "Conclusions"),
    paragraph(
      "Each sentence follows from numbers of this run by a fixed rule; where numbers are missing " +
        "nothing is said.",
    ),
    ...TOPICS.flatMap((topic): Block[] => {
      const items = said
        .filter((conclusion) => conclusion.topic === topic)
        .map(({ text, basis }) => [text, sources(basis)].filter(Boolean).join(" "));
      return items.length === 0 ? [] : [heading(3, topic), { kind: "list", items }];
    }),
  ];
}

/** "(Figures 1 and 2.)": where the numbers stand; nothing if they stand all over the paper. */
function sources(ids: readonly string[]): string {
  const groups = [...new Set(ids.map((id) => id.replace(/-.*/, "")))];
  const numbers = (kind: string) =>
    groups.filter((group) => group.startsWith(kind)).map((group) => group.slice(kind.length));
  const named = (kind: string, word: string) => {
    const of = numbers(kind);
    return of.length === 0 ? [] : [`${pluralOf(word, of.length)} ${listed(of)}`];
  };
  const parts = [...named("fig", "Figure"), ...named("tab", "Table")];
  return parts.length === 1 ? `(${parts[0]}.)` : "";
}

async function appendixBlocks(paper: Paper): Promise<Block[]> {
  const { appendix, rows } = paper;
  if (appendix.length === 0) return [];
  const original = ({ experiment }: RowSummary) =>
    rows.find((row) => row.experiment.id === experiment.id.replace(/-.*/, ""));
  const blocks: Block[] = [
    heading(2, "Appendix: beyond the report"),
    paragraph(
      "The networks of the figures with batch normalisation before the activation, where its authors " +
        "put it [3], and with biases that start at 0 instead of being drawn as the weights are.",
    ),
    {
      kind: "table",
      label: paper.nextTable(),
      caption: "Test accuracy of variants of the figures’ networks",
      columns: [
        { title: "variant of" },
        { title: "what differs" },
        right("variant", hasSpread(appendix) ? "mean ± s.d." : undefined),
        right("as in the report", hasSpread(rows) ? "mean ± s.d." : undefined),
        right("difference"),
      ],
      rows: appendix.map((row) => {
        const base = original(row);
        return [
          `Figure ${row.experiment.id.slice(3).replace(/-.*/, "")}`,
          row.experiment.title.replace(/.*; /, ""),
          thisRun(row),
          base === undefined ? MISSING : thisRun(base),
          base?.mean === undefined || row.mean === undefined ? MISSING : signed(row.mean - base.mean),
        ];
      }),
    },
  ];
  for (const row of appendix) {
    const curves = curvesOf(row);
    if (curves.length === 0) continue;
    const { experiment } = row;
    const seeds = listed(curves.slice(1).map(({ seed }) => seed));
    blocks.push({
      kind: "figure",
      label: paper.nextFigure(),
      caption: `${capitalize(titleIn(paper, experiment))}. ${
        seeds === "" ? `Seed ${curves[0]!.seed}.` : `Thick: seed ${curves[0]!.seed}; thin: ${seeds}.`
      }`,
      file: experiment.id,
      panels: await trainingPanels(curves, epochsOf(paper, row)),
    });
    blocks.push(...leapBlocks(paper, row));
  }
  return blocks;
}

function trainingBlocks(paper: Paper): Block[] {
  const trainings = [...paper.rows, ...paper.appendix, ...paper.fresh].flatMap((row) => row.trainings);
  if (trainings.length === 0) return [];
  const shown = (value: number | undefined) => (value === undefined ? MISSING : decimals(value));
  const errors = trainings.flatMap(({ id, seed, error }) =>
    error === undefined ? [] : [`${id}, seed ${seed}: ${error}`],
  );
  return [
    heading(2, "All trainings"),
    paragraph(
      "What each training ended with. The hash is the beginning of the SHA-256 of all its weights: the " +
        "same command gives the same hashes.",
    ),
    {
      kind: "table",
      label: paper.nextTable(),
      caption:
        trainings.length === 1 ? "The training of this run" : `The ${trainings.length} trainings of this run`,
      columns: [
        { title: "experiment" },
        right("seed"),
        right("test accuracy"),
        right("validation accuracy"),
        right("epochs"),
        right("seconds"),
        { title: "weights" },
      ],
      rows: trainings.map((training) => [
        training.id,
        String(training.seed),
        training.error === undefined ? shown(accuracy(training, "test")) : "diverged",
        shown(accuracy(training, "validation")),
        String(training.rows.length),
        decimals(training.seconds, 1),
        training.weightsSha256.slice(0, 12) || MISSING,
      ]),
      ...(errors.length > 0 && { note: errors.join(" ") }),
      folded: `Show all ${trainings.length}`,
    },
  ];
}
