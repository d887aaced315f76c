/** Class names from conditions. */

/** The names that are there, one after another: classes("button", busy && "is-busy"). */
export const classes = (...names: readonly (string | false | null | undefined)[]): string =>
  names.filter(Boolean).join(" ");
