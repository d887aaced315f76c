/** What no text may hold that goes to a terminal. */

/** Control characters (C0, DEL, C1) and those that change the direction of writing, or end a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
export const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;
