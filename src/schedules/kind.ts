import type { OptionDeclaration, SharedOption } from "../options.ts";
import type { Schedule } from "./schedule.ts";

/** What the command line knows of a schedule. */
export interface ScheduleKind {
  /** How the rate changes: "constant at eta-max". */
  readonly help: string;
  readonly options: Readonly<Record<string, OptionDeclaration | SharedOption>>;
  /** @param options the values of `options` */
  create(options: object): Schedule;
  /** The rates in a line of text: "0.1". */
  inWords(options: object): string;
}
