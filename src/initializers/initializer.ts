import type { Description, Kind } from "../described.ts";
import type { Random } from "../random.ts";
import type { FloatArray } from "../tensor.ts";

/** Fills a parameter before the first step. */
export interface Initializer {
  /** As `--init` writes it: "xavier", "normal:0.001". */
  readonly name: string;
  /** What an equal initializer is made from. Default: it is left out of descriptions. */
  describe?(): Description;
  /**
   * @param values (rows, columns), row-major, written
   * @param rows the size of the layer before ("fan in"); 1 for a bias
   */
  fill(values: FloatArray, rows: number, columns: number, random: Random): void;
}

/** An initializer by name, and what the command line knows of it. */
export interface InitializerKind extends Kind<Initializer> {
  /** How `--init` writes it. Default: it is for programs alone. */
  readonly text?: {
    /** The argument behind the name and a colon: "SIGMA" of "normal:SIGMA". Default: none. */
    readonly argument?: string;
    /** @param argument the text behind the colon, if there is one */
    parse(argument: string | undefined): Initializer;
  };
}

/** Fills with N(0, std). */
export function fillNormal(values: FloatArray, std: number, random: Random): void {
  for (let i = 0; i < values.length; i++) values[i] = std * random.normal();
}
