/**
 * Things that say what they are made of, so that a file can hold them. A description is data: a name of the registry in a
 * folder's index.ts, and the options with which that makes an equal thing.
 */
import { ConfigError, choose } from "./errors.ts";
import { shown } from "./options.ts";

/** What an equal thing is made from. All of it can be written as JSON. */
export interface Description {
  /** The name in the registry: "dense". */
  readonly name: string;
  /** The options with their values, defaults included. A part, such as an optimizer's schedule, is a description itself. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Described {
  /** Describes it as it is: `create(options)` of the registry makes an equal one. */
  describe(): Description;
}

/** The registries, by the folders that have them. */
export type Folder =
  | "layers"
  | "losses"
  | "metrics"
  | "optimizers"
  | "schedules"
  | "regularizers"
  | "initializers";

/** What an option holds that is described itself: a thing of a registry, or a list of such parts, as in ["layers"]. */
export type Part = Folder | readonly [Part];

/** How things of one name are made. */
export interface Kind<T> {
  /**
   * Options that are described themselves, with the registry that makes each: { schedule: "schedules" }; or, of lists,
   * { members: [["layers"]] }.
   */
  readonly parts?: Readonly<Record<string, Part>>;
  /**
   * @param options those of the description, its parts made
   * @throws ConfigError if an option is out of its range
   */
  create(options: object): T;
}

/** All registries. */
export type Kinds = { readonly [F in Folder]: Readonly<Record<string, Kind<unknown>>> };

/** In words, for errors. */
const WORDS: Readonly<Record<Folder, string>> = {
  layers: "layer",
  losses: "loss",
  metrics: "metric",
  optimizers: "optimizer",
  schedules: "schedule",
  regularizers: "regularizer",
  initializers: "initializer",
};

/** The deepest description in a description. */
const DEEPEST = 8;

/** The most parts in a list. */
const LONGEST = 10_000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The error for a thing of one's own that cannot describe itself. */
export class Undescribed extends ConfigError {}

/**
 * The description of a thing.
 * @param where its place, for the error: "Dense.describe: weightRegularizer"
 * @throws Undescribed, a ConfigError, if it cannot describe itself
 */
export function describeThing(where: string, thing: Partial<Described>): Description {
  if (typeof thing.describe === "function") return thing.describe();
  const name = Object.getPrototypeOf(thing)?.constructor?.name;
  throw new Undescribed(
    `${where} has no describe()${name ? ` in its class ${name}` : ""}. ` +
      'Give it one, such as describe() { return { name: "mine", options: {} }; }.',
  );
}

/**
 * Makes what a description is of. Nothing in it is run: it chooses among `kinds`, whose own checks its options have to
 * pass.
 * @param description as it stands in a file: it may be anything
 * @param where its place, for errors
 * @throws ConfigError if it is no description, there is no such kind, or an option is unknown or out of its range
 */
export function createDescribed(
  kinds: Kinds,
  folder: Folder,
  description: unknown,
  where: string,
  depth = 1,
): unknown {
  const word = WORDS[folder];
  if (!isObject(description) || !isObject(description.options) || depth > DEEPEST) {
    const found = isObject(description) && depth <= DEEPEST ? "without options" : shownOr(description, depth);
    throw new ConfigError(`${where}: the ${word} is ${found}, expected { name, options }.`);
  }
  const { name, options } = description;
  const kind = chooseKind(word, kinds[folder], name, where);
  const { parts = {} } = kind;
  const entries = Object.entries(options).map(([key, option]) => {
    const part = Object.hasOwn(parts, key) ? parts[key] : undefined;
    const made = part === undefined ? option : createPart(kinds, part, option, `${where}: ${key}`, depth + 1);
    return [key, made] as const;
  });
  const made = kind.create(Object.fromEntries(entries));
  refuseUnknown(`${where}: ${word} ${shown(name)}`, made as Partial<Described>, Object.keys(options));
  return made;
}

/** Makes a part, or a list of parts. */
function createPart(kinds: Kinds, part: Part, description: unknown, where: string, depth: number): unknown {
  if (typeof part === "string") return createDescribed(kinds, part, description, where, depth);
  if (!Array.isArray(description) || description.length > LONGEST) {
    throw new ConfigError(`${where} is ${shown(description)}, expected an array of at most ${LONGEST}.`);
  }
  return Array.from(description, (each, i) => createPart(kinds, part[0], each, `${where}[${i}]`, depth));
}

const shownOr = (value: unknown, depth: number): string =>
  depth > DEEPEST ? `nested more than ${DEEPEST} deep` : shown(value);

function chooseKind(
  word: string,
  registry: Readonly<Record<string, Kind<unknown>>>,
  name: unknown,
  where: string,
): Kind<unknown> {
  try {
    return choose(word, registry, name as string);
  } catch (error) {
    throw new ConfigError(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

/** An option that is not in the thing's own description was passed over. */
function refuseUnknown(where: string, made: Partial<Described>, given: readonly string[]): void {
  if (typeof made?.describe !== "function") return;
  const { options } = made.describe();
  const unknown = given.find((key) => !Object.hasOwn(options, key));
  if (unknown === undefined) return;
  const known = Object.keys(options);
  const choices = known.length === 0 ? "There are none." : `There are: ${known.join(", ")}.`;
  throw new ConfigError(`${where} has no option ${shown(unknown)}. ${choices}`);
}
