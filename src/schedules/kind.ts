import type { Kind } from "../described.ts";
import type { OptionDeclaration, SharedOption } from "../options.ts";
import type { Schedule } from "./schedule.ts";

/** A schedule by name, and what the command line knows of it. */
export interface ScheduleKind extends Kind<Schedule> {
  /** How the rate changes: "constant at eta-max". */
  readonly help: string;
  readonly options: Readonly<Record<string, OptionDeclaration | SharedOption>>;
  /** The rates in a line of text: "0.1". */
  inWords(options: object): string;
}
