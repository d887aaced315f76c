/** Long sentences in short lines. */
import { lengthOf } from "./tables.ts";

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
  if (lengthOf(word) <= width) return [word];
  const characters = [...word];
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, i) =>
    characters.slice(i * width, (i + 1) * width).join(""),
  );
}
