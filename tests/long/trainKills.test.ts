/** At least 300 random kill -9 of `train`: each training ends with what one leaves that is not killed. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.ts";
import { cliFolder } from "../helpers/cliFolder.ts";
import { remains, trainKilled } from "../helpers/trainKills.ts";

const { at, runJson } = cliFolder({ cifar: false });

/** Kills in all; NNWASM_TEST_KILLS=1000 for more. */
const KILLS = Number(process.env.NNWASM_TEST_KILLS ?? 300);
const KILLS_OF_ONE = 6;

const KINDS: Readonly<Record<string, string>> = {
  sgd: "--bn",
  adam: "--optimizer adam --eta-max 0.01",
  momentum: "--optimizer sgd --momentum 0.9 --bn --training-metrics running",
  "early stopping": "--patience 3 --keep best --lr-schedule constant --eta-max 0.3 --bn",
};

const args = (flags: string, seed: number) =>
  `train --data synthetic --layers 16 --limit 3000 --validation 300 --epochs 12 --seed ${seed} ${flags}`.split(
    " ",
  );

describe("train, killed again and again", () => {
  it.each(Object.entries(KINDS))("%s ends as if it had not been", async (name, flags) => {
    const random = new Random(1, "kill", name);
    let kills = 0;
    for (let seed = 1; kills < KILLS / Object.keys(KINDS).length; seed++) {
      const whole = `${name} ${seed} whole`;
      const begin = performance.now();
      await runJson([...args(flags, seed), "--out", whole]);
      const longest = Math.min(1500, (performance.now() - begin) / 2);
      for (let round = 0; round < 3; round++) {
        const out = `${name} ${seed} ${round}`;
        kills += await trainKilled({
          cwd: at(),
          args: args(flags, seed),
          out,
          random,
          kills: KILLS_OF_ONE,
          longest,
        });
        expect(remains(at(out))).toEqual(remains(at(whole)));
      }
    }
    console.log(`${name}: ${kills} kills`);
  });
});
