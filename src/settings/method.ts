/** How a search goes: its sampler, its pruner and their flags, as their files declare them. */
import { ConfigError, choose } from "../errors.ts";
import type { OptionDeclaration, SharedOption } from "../options.ts";
import { pruners } from "../tuner/pruners/index.ts";
import { samplers } from "../tuner/samplers/index.ts";
import type { SearchSpace } from "../tuner/searchSpace.ts";
import type { Pruner, Sampler } from "../tuner/trial.ts";
import { flagOf } from "./flags.ts";

export const DEFAULT_SAMPLER = "coarse-to-fine";
export const DEFAULT_PRUNER = "none";

/** The most trials of a search, more than anyone waits for. A number in a file cannot make it count further. */
export const MAXIMUM_TRIALS = 1_000_000;

/** Trials in a round if the search learns from earlier ones. Few let it learn sooner, more keep the workers busy. */
export const ROUND_SIZE = 4;
/** Trials in a round if the pruner compares them with each other, which needs several. */
export const COMPARED_ROUND_SIZE = 9;

/** What a search's description says of its method. */
export interface SearchMethod {
  readonly sampler: string;
  readonly samplerOptions: object;
  readonly pruner: string;
  readonly prunerOptions: object;
}

/** A flag of one or several samplers, or of pruners. */
export interface MethodFlag {
  /** The name: "startup" for --startup. */
  readonly name: string;
  /** The samplers or pruners that have it. The first one explains it. */
  readonly owners: readonly string[];
  readonly option: OptionDeclaration;
  /** The default of each owner that has one. */
  readonly defaults: readonly number[];
}

type Option = OptionDeclaration | SharedOption;
type Registry<O extends Option> = Readonly<Record<string, { readonly options: Readonly<Record<string, O>> }>>;

/** All options of a registry: those that are declared in full, then those that share a declaration. */
function optionsOf<O extends Option>(registry: Registry<O>): { owner: string; name: string; option: O }[] {
  const all = Object.entries(registry).flatMap(([owner, { options }]) =>
    Object.entries(options).map(([name, option]) => ({ owner, name, option })),
  );
  return [
    ...all.filter(({ option }) => !("like" in option)),
    ...all.filter(({ option }) => "like" in option),
  ];
}

/** The flags of a registry, in its order. */
function methodFlags(registry: Registry<Option>): MethodFlag[] {
  const all = optionsOf(registry);
  return all.flatMap(({ name, option }) => {
    if ("like" in option) return [];
    const same = all.filter((other) => other.name === name);
    const defaults = same.flatMap((other) => other.option.default ?? []);
    return [{ name, owners: same.map(({ owner }) => owner), option, defaults }];
  });
}

export const samplerFlags = (): MethodFlag[] => methodFlags(samplers);
export const prunerFlags = (): MethodFlag[] => methodFlags(pruners);

/** The names that study.json has for the options that pruners' flags set. */
export const prunerOptionNames = (): string[] =>
  optionsOf(pruners).map(({ name, option: { sets = name } }) => sets);

/** The options of the pruners that the flags ask for. Each pruner takes its own. */
export function prunerOptionsOf(flags: Readonly<Record<string, unknown>>): Record<string, number> {
  const options = prunerFlags().flatMap((flag) =>
    optionsOf(pruners).filter(({ name }) => name === flag.name),
  );
  return Object.fromEntries(
    options.flatMap(({ name, option: { sets = name, offset = 0 } }) =>
      flags[name] === undefined ? [] : [[sets, (flags[name] as number) + offset]],
    ),
  );
}

/** The flags that gave the pruners these options. */
export function prunerFlagsOf(options: Readonly<Record<string, unknown>>): Record<string, number> {
  const given = optionsOf(pruners).flatMap(({ name, option: { sets = name, offset = 0 } }) =>
    options[sets] === undefined ? [] : [[name, (options[sets] as number) - offset] as const],
  );
  const names = prunerFlags().map(({ name }) => name);
  given.sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
  return Object.fromEntries(given);
}

/** @throws ConfigError if a flag is given that neither this sampler nor this pruner has */
export function checkOwners(flags: object, sampler: string, pruner: string): void {
  const kinds = [
    { kind: "sampler", all: samplerFlags(), chosen: sampler },
    { kind: "pruner", all: prunerFlags(), chosen: pruner },
  ];
  for (const name of Object.keys(flags)) {
    const having = kinds.flatMap(({ kind, all, chosen }) => {
      const owners = all.find((flag) => flag.name === name)?.owners;
      return owners === undefined ? [] : [{ kind, owners, chosen }];
    });
    const [first] = having;
    if (first === undefined || having.some(({ owners, chosen }) => owners.includes(chosen))) continue;
    const { kind, owners, chosen } = first;
    throw new ConfigError(
      `${flagOf(name)} is of --${kind} ${owners.join(" or ")}, not of ${chosen}. Leave it out, or choose that ${kind}.`,
    );
  }
}

/** Trials in a round; undefined if neither sampler nor pruner learns from earlier rounds. */
export function roundSizeOf({
  sampler,
  pruner,
}: Pick<SearchMethod, "sampler" | "pruner">): number | undefined {
  const { learns, comparesTrials } = choose("pruner", pruners, pruner);
  if (!learns && !choose("sampler", samplers, sampler).learns) return undefined;
  return comparesTrials ? COMPARED_ROUND_SIZE : ROUND_SIZE;
}

export const samplerOf = ({
  sampler,
  samplerOptions,
}: Pick<SearchMethod, "sampler" | "samplerOptions">): Sampler =>
  choose("sampler", samplers, sampler).create(samplerOptions);

/** @param epochs of a trial that is not pruned */
export const prunerOf = ({ pruner, prunerOptions }: SearchMethod, epochs: number): Pruner =>
  choose("pruner", pruners, pruner).create({ maximum: epochs, ...prunerOptions });

/**
 * @param named how errors write the name of an option. Default: as it is
 * @throws ConfigError if there are to be more trials than anyone waits for, or than the sampler can propose
 */
export function checkTrials(
  description: { readonly sampler: string; readonly trials: number },
  sampler: Sampler,
  space: SearchSpace,
  named: (name: string) => string = String,
): void {
  const { trials } = description;
  if (trials > MAXIMUM_TRIALS) {
    throw new ConfigError(
      `${trials} trials, expected at most ${MAXIMUM_TRIALS}. Give less with ${named("trials")}.`,
    );
  }
  const limit = sampler.limit?.(space) ?? Number.POSITIVE_INFINITY;
  if (trials <= limit) return;
  const { options } = choose("sampler", samplers, description.sampler);
  const raising = Object.keys(options).filter((name) => options[name]!.raisesLimit);
  const more = raising
    .map(named)
    .join(", ")
    .replace(/, ([^,]*)$/, " or $1");
  throw new ConfigError(
    `${named("trials")} ${trials}: ${description.sampler} ends after ${limit}. ` +
      `Give more with ${more}, or another ${named("sampler")}.`,
  );
}
