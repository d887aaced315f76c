/** What valibot expected, in our words. */
import type * as v from "valibot";

/** Where the library has a sentence instead of an expectation. */
const EXPECTATIONS: Readonly<Record<string, string>> = {
  finite: "a finite number",
  integer: "an integer",
  safe_integer: "an integer up to 2^53 − 1",
  max_length: "fewer of them",
};

/** What was expected where there is something else. */
export const expectationOf = ({ type, expected, message }: v.BaseIssue<unknown>): string =>
  EXPECTATIONS[type] ?? expected ?? message;
