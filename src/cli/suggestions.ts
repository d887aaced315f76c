/** Finds the flag that an unknown one may mean, by the names that other programs have for ours. */
import { meantFlags as meantBy, WORDS as SETTINGS } from "../settings/names.ts";

/** The words of other programs for our flags. */
const WORDS: Readonly<Record<string, string>> = {
  ...SETTINGS,
  "--seeds": "n-seeds num-seeds repeats repetitions runs",
  "--workers": "worker n-workers num-workers jobs n-jobs cpus cores threads parallel processes",
  "--config": "conf cfg settings config-file params-file",
  "--out": "o output out-dir outdir output-dir output-folder save save-dir save-to dir logdir log-dir to",
  "--resume": "continue restart restore",
  "--force": "f overwrite replace",
  "--json": "ndjson jsonl format",
  "--quiet": "q silent no-progress",
  "--help": "h usage",
  "--version": "v",
  "--sampler": "strategy method search-method",
  "--space": "search-space param params parameter parameters grid range",
  "--trials": "trial n-trials num-trials max-trials evaluations",
  "--objective": "metric target goal monitor",
  "--pruner": "pruning prune early-stopping stop-early",
};

/** The flags among `known` that are probably meant, or none. */
export const meantFlags = (flag: string, known: readonly string[]): string[] => meantBy(flag, known, WORDS);
