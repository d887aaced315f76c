/** At least 300 random kill -9 of `train`: each training ends with what one leaves that is not killed. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { newTally, remains, trainKilled } from "../helpers/trainKills.ts";

const { at, runJson } = cliFolder({ cifar: false });

/** Kills in all; NNWASM_TEST_KILLS=1000 for more. */
const KILLS = Number(process.env.NNWASM_TEST_KILLS ?? 300);
const ATTEMPTS = 9;
/** Trainings that are killed side by side. */
const ROUNDS = [1, 2, 3];

const KINDS: Readonly<Record<string, string>> = {
  sgd: "--bn",
  momentum: "--momentum 0.9 --nesterov --bn",
  adam: "--optimizer adam --clip-norm 1",
  dropout: "--optimizer adamw --dropout 0.3 --training-metrics running",
  "running metrics": "--training-metrics running --bn before --metrics accuracy,topK,logLoss",
  "early stopping": "--patience 3 --keep best --lr-schedule constant --eta-max 0.3 --bn",
  "keep best":
    "--keep best --momentum 0.5 --lr-schedule constant --eta-max 0.05 --bn --monitor validation.accuracy",
};

const args = (flags: string, seed: number) =>
  `train --data synthetic --layers 16 --limit 2000 --batch 20 --validation 300 --epochs 16 --seed ${seed} ${flags}`.split(
    " ",
  );

describe("train, killed again and again", () => {
  it.each(Object.entries(KINDS))("%s ends as if it had not been", async (name, flags) => {
    const tally = newTally();
    const start = performance.now();
    for (let seed = 1; tally.kills < KILLS / Object.keys(KINDS).length; seed++) {
      const whole = `${name} ${seed} whole`;
      await runJson([...args(flags, seed), "--out", whole]);
      const killed = ROUNDS.map(async (round) => {
        const out = `${name} ${seed} ${round}`;
        const random = new Random(seed, "kill", name, String(round));
        await trainKilled({
          ...{ cwd: at(), args: args(flags, seed), out, random, attempts: ATTEMPTS, tally },
        });
        expect(remains(at(out))).toEqual(remains(at(whole)));
      });
      await Promise.all(killed);
    }
    console.log(`${name}, ${Math.round((performance.now() - start) / 1000)} s: ${JSON.stringify(tally)}`);
  });
});
