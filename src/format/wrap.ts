/** Long sentences in short lines. */
import { lengthOf, startOf } from "./tables.ts";

/** The words of a text in lines of at most `width` columns; a longer word is cut. @param indent before every line but the first */
export function wrapped(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  let begun = false;
  const most = Math.max(1, width - lengthOf(indent));
  for (const word of text.split(" ").flatMap((long) => pieces(long, most))) {
    const next = begun ? `${line} ${word}` : line + word;
    if (begun && lengthOf(next) > width) {
      lines.push(line);
      line = indent + word;
    } else line = next;
    begun = true;
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  let rest = word;
  do {
    // A wide character stands alone where it does not fit.
    const piece = startOf(rest, width) || rest.slice(0, (rest.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
    found.push(piece);
    rest = rest.slice(piece.length);
  } while (rest !== "");
  return found;
}
