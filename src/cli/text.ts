/** Makes text safe for a terminal. */
import { jsonText } from "../format/json.ts";
import { printable } from "../format/printable.ts";

export { printable };

/** {@link printable} of each line. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** JSON on one line. It escapes the characters that a terminal would obey, which JSON itself does not all escape. */
export const printableJson = (value: object): string => jsonText(value);
