/**
 * Runs of blanks and tabs as one blank, so that each separates two cells; those around a line separate none. Quotes keep theirs:
 * those that begin a cell. A quote inside a cell, as in 6' 2", is a character as others are.
 */
export class BlankRuns {
  #quoted = false;
  /** Whether the character before was a closing quote: another one makes it a doubled one. */
  #closed = false;
  /** Whether blanks were met that have cells before them in their line. */
  #waiting = false;
  #atStart = true;

  /** @param last whether it is the end of the text */
  squeezed(text: string, last: boolean): string {
    let result = "";
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const sign = text[at]!;
      if (this.#quoted) {
        this.#closed = sign === '"';
        this.#quoted = !this.#closed;
        continue;
      }
      const closed = this.#closed;
      this.#closed = false;
      if (sign === " " || sign === "\t") {
        result += text.slice(from, at);
        from = at + 1;
        this.#waiting = !this.#atStart;
        continue;
      }
      const isEnd = sign === "\n" || sign === "\r";
      if (sign === '"') this.#quoted = closed || this.#waiting || this.#atStart;
      if (this.#waiting && !isEnd) result += " ";
      this.#waiting = false;
      this.#atStart = isEnd;
    }
    if (last) this.#waiting = false;
    return result + text.slice(from);
  }
}
