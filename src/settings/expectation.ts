/** Says in our words what valibot expected. */
import type * as v from "valibot";

/** Expectations where the library has only a sentence. */
const EXPECTATIONS: Readonly<Record<string, string>> = {
  finite: "a finite number",
  integer: "an integer",
  safe_integer: "an integer up to 2^53 − 1",
  max_length: "fewer of them",
};

/** What was expected instead of the value at hand. */
export const expectationOf = ({ type, expected, message }: v.BaseIssue<unknown>): string =>
  EXPECTATIONS[type] ?? expected ?? message;
