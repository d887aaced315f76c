/** Runs of blanks and tabs as one blank, so that each separates two cells; those around a line separate none. Quotes keep theirs. */
export class BlankRuns {
  #quoted = false;
  /** Whether blanks were met that have cells before them in their line. */
  #waiting = false;
  #atStart = true;

  /** @param last whether it is the end of the text */
  squeezed(text: string, last: boolean): string {
    let result = "";
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const sign = text[at]!;
      if (sign === '"') this.#quoted = !this.#quoted;
      const isBlank = !this.#quoted && (sign === " " || sign === "\t");
      const isEnd = !this.#quoted && (sign === "\n" || sign === "\r");
      if (isBlank) {
        result += text.slice(from, at);
        from = at + 1;
        this.#waiting = !this.#atStart;
        continue;
      }
      if (this.#waiting && !isEnd) result += " ";
      this.#waiting = false;
      this.#atStart = isEnd;
    }
    if (last) this.#waiting = false;
    return result + text.slice(from);
  }
}
