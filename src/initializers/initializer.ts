import type { Random } from "../random.ts";
import type { FloatArray } from "../tensor.ts";

/** Fills a parameter before the first step. */
export interface Initializer {
  /** As `--init` writes it: "xavier", "normal:0.001". */
  readonly name: string;
  /**
   * @param values (rows, columns), row-major, written
   * @param rows the size of the layer before ("fan in"); 1 for a bias
   */
  fill(values: FloatArray, rows: number, columns: number, random: Random): void;
}

/** What the command line knows of an initializer. */
export interface InitializerKind {
  /** The argument behind the name and a colon: "SIGMA" of "normal:SIGMA". Default: none. */
  readonly argument?: string;
  /** @param argument the text behind the colon, if there is one */
  create(argument: string | undefined): Initializer;
}

/** Fills with N(0, std). */
export function fillNormal(values: FloatArray, std: number, random: Random): void {
  for (let i = 0; i < values.length; i++) values[i] = std * random.normal();
}
