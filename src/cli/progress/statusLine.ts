/** Shows progress on stderr: in a line that is drawn anew on a terminal, in plain lines elsewhere. */
import pc from "picocolors";
import { type CliContext, hasColors, isTerminal } from "../context.ts";
import { printableLines } from "../text.ts";

const REDRAW_MILLISECONDS = 100;

/** One line at the bottom of a terminal. Without a terminal, only `note` writes anything. */
export class StatusLine {
  readonly #context: CliContext;
  readonly #quiet: boolean;
  readonly terminal: boolean;
  #lastDrawn = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(context: CliContext, quiet: boolean) {
    this.#context = context;
    this.#quiet = quiet;
    this.terminal = !quiet && isTerminal(context, context.stderr);
  }

  /** The colours that stderr may get. */
  get colors(): ReturnType<typeof pc.createColors> {
    return pc.createColors(hasColors(this.#context, this.#context.stderr));
  }

  /** Columns that a line may have. */
  get width(): number {
    return (this.#context.stderr.columns || 80) - 1; // a terminal that does not know its size says 0
  }

  /** `before`, a bar that is full to `share`, and `after`. If there is no room, the bar is left out or the text is cut. */
  withBar(before: string, share: number, after: string, columns = 20): string {
    return before.length + columns + after.length <= this.width
      ? before + bar(share, columns, this.colors) + after
      : (before.trimEnd() + after).slice(0, this.width);
  }

  /** Draws the line that `text` gives, unless the last one is too recent. */
  draw(text: () => string, force = false): void {
    const now = performance.now();
    if (!this.terminal || (!force && now - this.#lastDrawn < REDRAW_MILLISECONDS)) return;
    this.#lastDrawn = now;
    this.#context.stderr.write(`\r\x1b[2K${text()}`);
    this.#open = true;
  }

  /** Draws how many samples have been read. */
  drawReading(done: number, total: number): void {
    this.draw(() => this.withBar("reading  ", done / total, `  ${done}/${total} samples`));
  }

  /** Writes lines that stay in place of the one that is being drawn. */
  note(text: string, style: (text: string) => string = String): void {
    if (this.#quiet) return;
    this.clear();
    this.#context.stderr.write(`${style(printableLines(text))}\n`);
  }

  /** Takes away the line that is being drawn. */
  clear(): void {
    if (this.#open) this.#context.stderr.write("\r\x1b[2K");
    this.#open = false;
  }
}

/** A bar, `share` of it full: "━━━━━━────". */
function bar(share: number, width: number, colors: ReturnType<typeof pc.createColors>): string {
  const full = Math.round(width * Math.min(1, Math.max(0, share)));
  return colors.cyan("━".repeat(full)) + colors.dim("─".repeat(width - full));
}
