/** Finds the flag that an unknown one may mean, by the names that other programs have for ours. */
import { meantFlags as meantBy } from "../settings/flags.ts";

/** The words of other programs for our flags. */
const WORDS: Record<string, string> = {
  "--seeds": "n-seeds num-seeds repeats repetitions runs",
  "--workers": "worker n-workers num-workers jobs n-jobs cpus cores threads parallel processes",
  "--config": "conf cfg settings config-file params-file",
  "--out": "o output out-dir outdir output-dir output-folder save save-dir save-to dir logdir log-dir to",
  "--resume": "continue restart restore",
  "--force": "f overwrite replace",
  "--json": "ndjson jsonl",
  "--quiet": "q silent no-progress",
  "--help": "h usage",
  "--version": "v",
  "--sampler": "strategy method search-method",
  "--space": "search-space param params parameter parameters grid range",
  "--trials": "trial n-trials num-trials max-trials evaluations",
  "--objective": "metric target goal monitor",
  "--pruner": "pruning prune early-stopping stop-early",
};

/** Adds the words for the flags of a command. The settings' come with the commands that have them: they take long to load. */
export function addWords(words: Readonly<Record<string, string>>): void {
  Object.assign(WORDS, words);
}

/** The flags among `known` that are probably meant, or none. */
export const meantFlags = (flag: string, known: readonly string[]): string[] => meantBy(flag, known, WORDS);
