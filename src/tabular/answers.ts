/** The types of what a model of a table answers and measures, by what it predicts. */
import type { SomeMetrics } from "../model/history.ts";
import type { TargetKind } from "../targets.ts";

/** The answer to a row whose target is a class. */
export interface ClassAnswer {
  readonly class: string;
  /** Of every class, by its name. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** The answer to a row whose targets are numbers: { price: 123.4 }. */
export type NumberAnswer<Target extends string> = { readonly [name in Target]: number };

/** The answer to a row whose targets are flags: { wet: true, probabilities: { wet: 0.8 } }. */
export type FlagAnswer<Target extends string> = { readonly [name in Target]: boolean } & {
  readonly probabilities: { readonly [name in Target]: number };
};

/** The answer of a model, by its task; one of them if that is found out. */
export type AnswerOf<Target extends string, Task extends TargetKind> = Task extends "classes"
  ? ClassAnswer
  : Task extends "numbers"
    ? NumberAnswer<Target>
    : FlagAnswer<Target>;

/** What is measured beside loss and cost. */
export interface UsualMetrics {
  readonly classes: { readonly accuracy: number };
  /** In the unit of the targets; of several targets they are the means over them. */
  readonly numbers: { readonly rmse: number; readonly mae: number; readonly r2: number };
  readonly flags: { readonly accuracy: number; readonly f1Macro: number; readonly rocAuc: number };
}

/** The metrics of a model, by its task; any of the library's if that is found out. */
export type MetricsOfTask<Task extends TargetKind> = TargetKind extends Task
  ? SomeMetrics
  : UsualMetrics[Task];
