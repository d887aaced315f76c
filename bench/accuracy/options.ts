/** The benchmark's command line. */
import { parseArgs } from "node:util";
import { fail } from "../commandLine.ts";

export const SCRIPT = "bench:accuracy";

/** The level of --intervals. */
export const INTERVAL = 0.9;

export const HELP = `Usage: npm run bench:accuracy -- --tables FOLDER [options] [-- flags of nnwasm train]

Runs nnwasm train on each table, as a user would, in a process of its own with one thread, and scores the answers of nnwasm predict
to the test rows: accuracy and log loss of classes, R² of numbers. FOLDER has pairs of files, NAME.train.csv and NAME.test.csv.
Tables of under 2,000 rows are scored on ten splits, and the seed is the split's number: the rows of both files, shuffled as
Python's random.Random(100 + number).shuffle does, the first 80% to train on. Larger tables are scored on their own test file.
The target is what tables.json beside the tables says, {"NAME": {"target": COLUMN, "task": "classes" or "numbers"}}, or
bench/accuracy/targets.json, or a column "Class" of classes. The command is told the column, and finds the task out; if it
finds another, it is run once more and told.

With --peers the scores stand beside the opponents' on the same splits. bench/accuracy/peers.py makes that file:
  /usr/bin/python3 bench/accuracy/peers.py FOLDER --out peers.jsonl

With --ablation the variants of bench/accuracy/variants.json, each the default with flags more, are trained on the same splits,
and a table tells what each of them changes.

Options:
  --tables FOLDER    the tables
  --splits FOLDER    the ten splits, FOLDER/0/NAME.train.csv to FOLDER/9 (default: they are made)
  --write-splits     make the splits, write them to the folder of --splits, and end
  --only NAME,…      only these tables
  --seeds 1,2,3      the seeds with which larger tables are trained on
  --first N          only the first N splits, or seeds, of each table: a glance
  --workers N        trainings at a time (default: 2)
  --intervals        of numbers: the share of the test rows within the intervals of predict --interval ${INTERVAL}
  --out FILE         append each score to FILE; what is there with the same flags is not trained on again
                     (with --ablation: a folder, which gets a file for each variant)
  --peers FILE       the opponents' scores
  --ablation         compare variants with the default
  --variants FILE    other variants, a list of {"name": NAME, "flags": [FLAG, …], "task": the only one that it is of}
  --variant NAME,…   only these variants
  --json FILE        write the comparison to FILE as well
  --markdown FILE    write the tables to FILE as Markdown as well
  --help             show this

What follows a second -- goes to nnwasm train as it stands; in an ablation it is part of the default, and a variant's flags
come after it. After a change of the library, give another --out.

Examples:
  npm run bench:accuracy -- --tables tables --only iris --first 2 --peers peers.jsonl
      # two splits of one table, beside the opponents
  npm run bench:accuracy -- --tables tables --out ours.jsonl -- --preset table-fast --members 5
  npm run bench:accuracy -- --tables tables --ablation --variant no-decay,coslog4 --out ablation
`;

const OPTIONS = {
  tables: { type: "string" },
  splits: { type: "string" },
  "write-splits": { type: "boolean", default: false },
  only: { type: "string" },
  seeds: { type: "string", default: "1,2,3" },
  first: { type: "string" },
  workers: { type: "string", default: "2" },
  intervals: { type: "boolean", default: false },
  out: { type: "string" },
  peers: { type: "string" },
  ablation: { type: "boolean", default: false },
  variants: { type: "string" },
  variant: { type: "string" },
  json: { type: "string" },
  markdown: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** The options, and what follows `--`. */
export function parse(words: readonly string[]) {
  const end = words.indexOf("--");
  const [args, flags] = end === -1 ? [words, []] : [words.slice(0, end), words.slice(end + 1)];
  try {
    return { values: parseArgs({ args, options: OPTIONS }).values, flags };
  } catch (error) {
    return fail(SCRIPT, `${(error as Error).message} See npm run ${SCRIPT} -- --help.`);
  }
}

export type Values = ReturnType<typeof parse>["values"];
