/** What a flag that is not there may have meant: names that other programs have for ours. */

/** Our flags for others' words, the likeliest first; those that a command does not have are passed over. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "--lr": "learning-rate learning-rate-init learn-rate rate eta alpha step initial-lr base-lr".split(" "),
  "--eta-max": "lr-max max-lr eta-high".split(" "),
  "--eta-min": "lr-min min-lr eta-low".split(" "),
  "--lr-schedule": "schedule scheduler lr-scheduler lr-policy learning-rate-schedule".split(" "),
  "--step-size": "stepsize half-cycle ns".split(" "),
  "--batch": "batch-size batchsize bs mini-batch minibatch minibatch-size mini-batch-size".split(" "),
  "--layers": (
    "hidden hidden-layers hidden-layer-sizes hidden-units hidden-size hidden-sizes hidden-dim layer units " +
    "neurons nodes widths width arch architecture network net sizes"
  ).split(" "),
  "--bn": "batchnorm batch-norm batch-normalization batch-normalisation use-bn norm normalize".split(" "),
  "--no-bn": "no-batchnorm no-batch-norm no-batch-normalization no-batch-normalisation".split(" "),
  "--activation": "act activations nonlinearity hidden-activation".split(" "),
  "--init": "initializer initialiser initialization initialisation weight-init weights kernel-init".split(
    " ",
  ),
  "--bias-init": "bias bias-initializer".split(" "),
  "--lambda": (
    "lamda lamdba lam reg regularization regularisation regularizer regulariser weight-decay wd decay l2-reg " +
    "l2-penalty penalty"
  ).split(" "),
  "--optimizer": "optim opt optimiser solver algorithm".split(" "),
  "--epochs":
    "epoch n-epochs num-epochs nb-epoch max-epochs max-epoch iterations iters max-iter max-iterations n-iter passes".split(
      " ",
    ),
  "--cycles": "cycle n-cycles num-cycles".split(" "),
  "--seed": "random-seed random-state rng rng-seed".split(" "),
  "--seeds": "n-seeds num-seeds repeats repetitions runs".split(" "),
  "--data": "dataset data-set data-dir datadir data-path input train-data train-dir folder".split(" "),
  "--validation": "val valid validation-split val-split validation-size val-size dev holdout".split(" "),
  "--limit": "samples n-samples num-samples max-samples subset train-size head".split(" "),
  "--no-shuffle": ["keep-order", "noshuffle"],
  "--training-metrics": ["metrics", "train-metrics"],
  "--threads": "thread n-threads num-threads cpus cores jobs n-jobs workers parallel".split(" "),
  "--workers": "worker n-workers num-workers jobs n-jobs cpus cores threads parallel processes".split(" "),
  "--engine": "backend device runtime".split(" "),
  "--dtype": "precision float type data-type".split(" "),
  "--config": "conf cfg settings config-file params-file".split(" "),
  "--out":
    "o output out-dir outdir output-dir output-folder save save-dir save-to dir logdir log-dir to".split(" "),
  "--resume": "continue restart restore".split(" "),
  "--force": "f overwrite replace".split(" "),
  "--json": "ndjson jsonl format".split(" "),
  "--quiet": "q silent no-progress".split(" "),
  "--help": "h usage".split(" "),
  "--version": ["v"],
  "--sampler": "strategy method search-method".split(" "),
  "--space": "search-space param params parameter parameters grid range".split(" "),
  "--trials": "trial n-trials num-trials max-trials evaluations".split(" "),
  "--objective": "metric target goal monitor".split(" "),
  "--pruner": "pruning prune early-stopping stop-early".split(" "),
};

/** "--eta-max" for "etaMax". */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** "--Batch_Size=5", "--batchSize" and "--batch-size" are "batch-size". */
const plain = (flag: string): string =>
  flag
    .replace(/^-+/, "")
    .replace(/=.*$/s, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll("_", "-");

/**
 * The flags among `known` that are probably meant; none if there is no telling.
 * @param flag as it was given, with its hyphens
 */
export function meantFlags(flag: string, known: readonly string[]): string[] {
  const word = plain(flag);
  const same = known.filter((name) => plain(name) === word && name.startsWith("--"));
  if (same.length > 0) return same;
  return Object.keys(WORDS)
    .filter((name) => known.includes(name) && WORDS[name]!.includes(word))
    .slice(0, 1);
}
