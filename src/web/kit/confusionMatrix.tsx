/**
 * How often each class is taken for each other one: rows are what samples are, columns what the model says. The diagonal has one
 * hue, mistakes have another. Up to twenty classes stand with their numbers, more as a picture. Arrow keys go from cell to cell.
 */
import { useRef, useState } from "preact/hooks";
import { shortLabels } from "../../format/labels.ts";
import { pluralOf } from "../../format/words.ts";
import { Canvas } from "./canvas.tsx";
import { Chart } from "./chartFrame.tsx";
import { classes } from "./classes.ts";
import type { Colors, Rgb } from "./colors.ts";
import { percentText, wholeText } from "./format.ts";
import { useWidth } from "./size.ts";

export interface ConfusionMatrixProps {
  readonly label: string;
  /** Names of the classes. */
  readonly names: readonly string[];
  /** Samples of class r that were taken for class c, at r · classes + c. */
  readonly counts: ArrayLike<number>;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

/** More classes than these are drawn as a picture. */
const MOST_IN_TABLE = 20;

const sumOfRow = (counts: ArrayLike<number>, classes: number, row: number): number => {
  let sum = 0;
  for (let column = 0; column < classes; column++) sum += counts[row * classes + column]!;
  return sum;
};

/** How strong a cell's colour is, 0 to 1. Mistakes are square roots: a few of them are seen. */
const heatOf = (count: number, ofRow: number, right: boolean): number => {
  const share = ofRow > 0 ? count / ofRow : 0;
  return right ? share : Math.sqrt(Math.min(1, 2 * share));
};

/** Which cell is looked at, by focus or pointer, and the keys that go to others. */
function useCells(size: number) {
  const [focused, setFocused] = useState<Cell>({ row: 0, column: 0 });
  const [hovered, setHovered] = useState<Cell>();
  const [inside, setInside] = useState(false);
  const onKeyDown = (event: KeyboardEvent, then?: (cell: Cell) => void) => {
    const { row, column } = focused;
    const to = {
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      Home: { row, column: 0 },
      End: { row, column: size - 1 },
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const clamp = (value: number) => Math.min(size - 1, Math.max(0, value));
    const next = { row: clamp(to.row), column: clamp(to.column) };
    setFocused(next);
    then?.(next);
  };
  return {
    focused,
    setFocused,
    hovered,
    setHovered,
    setInside,
    shown: hovered ?? (inside ? focused : undefined),
    onKeyDown,
  };
}

type Cells = ReturnType<typeof useCells>;

/** A cell in a sentence. */
function sentenceOf({ names, counts }: ConfusionMatrixProps, { row, column }: Cell): string {
  const size = names.length;
  const count = counts[row * size + column]!;
  const all = sumOfRow(counts, size, row);
  const share = all > 0 ? ` (${percentText(count / all)} of ${wholeText(all)})` : "";
  const verb = row === column ? "recognized" : `taken for ${names[column]}`;
  return `${names[row]}: ${wholeText(count)} ${verb}${share}`;
}

/** All of them in a sentence. */
function summaryOf({ label, names, counts }: ConfusionMatrixProps): string {
  const size = names.length;
  let right = 0;
  let all = 0;
  let worst: Cell = { row: 0, column: Math.min(1, size - 1) };
  for (let row = 0; row < size; row++) {
    right += counts[row * size + row]!;
    all += sumOfRow(counts, size, row);
    for (let column = 0; column < size; column++)
      if (row !== column && counts[row * size + column]! > counts[worst.row * size + worst.column]!)
        worst = { row, column };
  }
  if (all === 0) return `${label}: no samples yet.`;
  const most = counts[worst.row * size + worst.column]!;
  const mistake =
    right < all
      ? ` Most frequent mistake: ${names[worst.row]} taken for ${names[worst.column]}, ${wholeText(most)} times.`
      : "";
  return `${wholeText(right)} of ${wholeText(all)} ${pluralOf("sample", all)} recognized (${percentText(right / all)}).${mistake}`;
}

function Table({ props, cells, width }: { props: ConfusionMatrixProps; cells: Cells; width: number }) {
  const { names, counts, label } = props;
  const table = useRef<HTMLTableElement>(null);
  const size = names.length;
  const short = shortLabels(names, width < 480 ? 8 : 12);
  const focus = ({ row, column }: Cell) =>
    table.current?.querySelector<HTMLElement>(`[data-cell="${row},${column}"]`)?.focus();
  const { focused, shown } = cells;
  const longest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, text.length), 0);
  const digits = longest(Array.from({ length: size * size }, (_, i) => wholeText(counts[i]!)));
  // A cell has room for its number: a matrix that is too wide for that scrolls in its frame.
  const least = Math.max(20, 6 + (width < 480 || size > 12 ? 6.2 : 7.2) * digits);
  const namesWidth = Math.min(96, 14 + 7 * longest(short));
  return (
    <table
      ref={table}
      style={{ "--names": `${namesWidth}px`, minWidth: `${namesWidth + size * least}px` }}
      class={classes("confusion", size > 12 && "is-dense", width < 480 && "is-narrow")}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are walked by keys
      role="grid"
      aria-label={label}
      onKeyDown={(event) => cells.onKeyDown(event, focus)}
      onPointerLeave={() => cells.setHovered(undefined)}
      onFocusIn={() => cells.setInside(true)}
      onFocusOut={() => cells.setInside(false)}
    >
      <thead>
        <tr>
          <td class="confusion-corner" aria-hidden="true" />
          {short.map((name, column) => (
            <th
              key={name}
              scope="col"
              class={shown?.column === column ? "is-shown" : undefined}
              title={names[column]}
            >
              <span>{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {short.map((name, row) => {
          const all = sumOfRow(counts, size, row);
          return (
            <tr key={name}>
              <th scope="row" class={shown?.row === row ? "is-shown" : undefined} title={names[row]}>
                {name}
              </th>
              {short.map((other, column) => {
                const count = counts[row * size + column]!;
                const heat = heatOf(count, all, row === column);
                return (
                  <td
                    key={other}
                    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of the grid
                    role="gridcell"
                    class={classes(row === column && "is-right", count === 0 && "is-zero")}
                    style={{ "--heat": `${Math.round(100 * heat)}%` }}
                    data-cell={`${row},${column}`}
                    tabIndex={focused.row === row && focused.column === column ? 0 : -1}
                    aria-label={sentenceOf(props, { row, column })}
                    onFocus={() => cells.setFocused({ row, column })}
                    onPointerEnter={() => cells.setHovered({ row, column })}
                  >
                    {wholeText(count)}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const mixed = ([r, g, b]: Rgb, [pr, pg, pb]: Rgb, share: number): string =>
  `rgb(${pr + (r - pr) * share}, ${pg + (g - pg) * share}, ${pb + (b - pb) * share})`;

function Picture({ props, cells, width }: { props: ConfusionMatrixProps; cells: Cells; width: number }) {
  const { names, counts } = props;
  const size = names.length;
  const side = Math.min(width, 560);
  const each = side / size;
  const { shown } = cells;
  const draw = (context: CanvasRenderingContext2D, palette: Colors) => {
    context.fillStyle = palette.well;
    context.fillRect(0, 0, side, side);
    for (let row = 0; row < size; row++) {
      const all = sumOfRow(counts, size, row);
      for (let column = 0; column < size; column++) {
        const right = row === column;
        const heat = heatOf(counts[row * size + column]!, all, right);
        if (heat === 0) continue;
        context.fillStyle = mixed(right ? palette.positiveRgb : palette.negativeRgb, palette.paperRgb, heat);
        context.fillRect(column * each, row * each, each + 0.4, each + 0.4);
      }
    }
    if (shown === undefined) return;
    context.strokeStyle = palette.ink;
    context.lineWidth = 1.5;
    context.strokeRect(shown.column * each - 1, shown.row * each - 1, each + 2, each + 2);
  };
  const onPointerMove = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = (offset: number) => Math.min(size - 1, Math.max(0, Math.floor(offset / each)));
    cells.setHovered({ row: at(event.clientY - box.top), column: at(event.clientX - box.left) });
  };
  return (
    <div
      class="confusion-picture"
      role="application"
      aria-roledescription="confusion matrix"
      aria-label={`${summaryOf(props)} Arrow keys go from cell to cell.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      onKeyDown={(event) => cells.onKeyDown(event)}
      onFocus={() => cells.setInside(true)}
      onBlur={() => cells.setInside(false)}
      onPointerMove={onPointerMove}
      onPointerLeave={() => cells.setHovered(undefined)}
    >
      <Canvas width={side} height={side} draw={draw} />
    </div>
  );
}

export function ConfusionMatrix(props: ConfusionMatrixProps) {
  const { names } = props;
  const cells = useCells(names.length);
  const [frame, width] = useWidth<HTMLDivElement>();
  const inTable = names.length <= MOST_IN_TABLE;
  return (
    <Chart class="confusion-chart">
      <div ref={frame} class="confusion-frame">
        {width > 0 &&
          (inTable ? <Table {...{ props, cells, width }} /> : <Picture {...{ props, cells, width }} />)}
      </div>
      <p class="confusion-text" aria-live={inTable ? undefined : "polite"}>
        {cells.shown === undefined ? summaryOf(props) : sentenceOf(props, cells.shown)}
      </p>
    </Chart>
  );
}
