/** The paper's Tuner: a grid of settings, each tried some times, on a {@link Study}. */
import { ConfigError } from "../errors.ts";
import { checkOptions, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { requireSignal } from "./optimize.ts";
import type { Params } from "./searchSpace.ts";
import { categorical } from "./searchSpace.ts";
import { Study } from "./study.ts";
import type { Direction, FinishedTrial, Sampler } from "./trial.ts";

export interface TunerOptions<Setting, Built> {
  /** Makes what is tried, a compiled model as a rule; `iteration` counts from 0 and can serve as a seed. */
  readonly build: (setting: Setting, iteration: number) => Built | Promise<Built>;
  /** The value of what was built. */
  readonly objective: (built: Built, setting: Setting) => number | Promise<number>;
  readonly settings: readonly Setting[];
  /** How often each setting is tried, ≥ 1; its value is the mean. Default: 1. */
  readonly iterations?: number;
  /** Whether a larger value is better, or a smaller one. Default: "maximize". */
  readonly direction?: Direction;
}

/** Takes the settings in their order. */
const inOrder: Sampler = {
  name: "in order",
  roundSize: () => Infinity,
  sample(_name, distribution, { number }) {
    return distribution.kind === "categorical"
      ? distribution.choices[number % distribution.choices.length]!
      : 0;
  },
};

/**
 *     const tuner = new Tuner({
 *       settings: [{ l2: 1e-4 }, { l2: 1e-3 }],
 *       build: ({ l2 }, iteration) => networkWith(l2, iteration),
 *       objective: async (model) => (await model.fit(train, { validation })).rows.at(-1)!.validation!.accuracy!,
 *     });
 *     await tuner.run();
 *     tuner.bestSetting; // { l2: 1e-3 }
 */
export class Tuner<Setting, Built> {
  readonly #options: TunerOptions<Setting, Built>;
  #study: Study;

  /** @throws ConfigError if there are no settings, or iterations is not a positive integer */
  constructor(options: TunerOptions<Setting, Built>) {
    checkOptions("Tuner", options, ["build", "objective", "settings", "iterations", "direction"]);
    const { settings, iterations = 1, build, objective } = options ?? {};
    for (const [name, value] of Object.entries({ build, objective })) {
      if (typeof value !== "function") {
        throw new ConfigError(`Tuner: ${name} is ${shown(value)}, expected a function.`);
      }
    }
    if (!Array.isArray(settings)) {
      throw new ConfigError(
        `Tuner: settings is ${shown(settings)}, expected an array of what build() takes.`,
      );
    }
    if (settings.length === 0) throw new ConfigError("Tuner: there are no settings. Give at least one.");
    if (!Number.isInteger(iterations) || iterations < 1) {
      throw new ConfigError(`Tuner: iterations is ${shown(iterations)}, expected an integer ≥ 1.`);
    }
    this.#options = options;
    this.#study = this.#newStudy();
  }

  #newStudy(): Study {
    const { settings, direction = "maximize" } = this.#options;
    const space = { setting: categorical(settings.map((_, i) => i)) };
    return new Study({ sampler: inOrder, direction, space });
  }

  /**
   * Tries every setting. A setting has no value if one of its tries fails.
   * @param options.signal ends the run, which rejects with the signal's reason
   */
  async run(options: { readonly signal?: Signal } = {}): Promise<this> {
    checkOptions("run", options, ["signal"]);
    const { signal } = options;
    requireSignal("run", signal);
    const { settings, build, objective, iterations = 1 } = this.#options;
    this.#study = this.#newStudy();
    await this.#study.optimize(
      async ({ params }) => {
        const setting = settings[indexIn(params)]!;
        let sum = 0;
        for (let i = 0; i < iterations; i++) {
          const value = await objective(await build(setting, i), setting);
          // A value that is not finite makes the trial fail: a mean that contains it would say nothing.
          if (!Number.isFinite(value)) return value;
          sum += value;
        }
        return sum / iterations;
      },
      { trials: settings.length, maxConsecutiveFailures: Infinity, signal },
    );
    return this;
  }

  /** Every setting with its value, in the order of the settings; a failed one has the error instead. */
  get results(): { setting: Setting; value: number | undefined; error: string | undefined }[] {
    return this.#study.trials.map(({ params, value, error }) => ({
      ...{ setting: this.#options.settings[indexIn(params)]!, value, error },
    }));
  }

  /** @throws ConfigError before run(), or if every setting has failed */
  get bestSetting(): Setting {
    return this.#options.settings[indexIn(this.#best.params)]!;
  }

  /** The mean objective of {@link bestSetting}. */
  get bestObjective(): number {
    return this.#best.value!;
  }

  get #best(): FinishedTrial {
    const { best } = this.#study;
    if (best === undefined)
      throw new ConfigError("Tuner: no setting has a value. Call run(), or see results.");
    return best;
  }
}

const indexIn = (params: Params): number => params.setting as number;
