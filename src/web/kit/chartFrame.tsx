/** What all charts have: a legend, a sentence that says what is seen, and a table for those who do not see it. */
import type { ComponentChildren } from "preact";
import { classes } from "./classes.ts";

export interface LegendItem {
  readonly label: string;
  /** What is seen of the label, where it is long; "" if the line's piece says enough. */
  readonly short?: string | undefined;
  /** The number of the series whose colour it has. */
  readonly color: number;
  readonly dash?: boolean | undefined;
  /** Its value at the cursor, or the last one. Its room is kept while it changes. */
  readonly value?: string | undefined;
  readonly hidden?: boolean | undefined;
}

/** A piece of the line as the chart draws it. */
const LineKey = ({ color, dash }: Pick<LegendItem, "color" | "dash">) => (
  <svg class="line-key" viewBox="0 0 18 8" data-series={color % 10} aria-hidden="true" focusable="false">
    <path d="M1 4h16" stroke-dasharray={dash ? "5 3" : undefined} />
  </svg>
);

export interface LegendProps {
  readonly items: readonly LegendItem[];
  /** Without it the items are no buttons. */
  readonly onToggle?: ((label: string) => void) | undefined;
  /** What stands at the right, such as the place of the cursor. */
  readonly aside?: string | undefined;
}

export const Legend = ({ items, onToggle, aside }: LegendProps) => (
  <div class="legend">
    <ul class="legend-items">
      {items.map((item) => {
        const inner = (
          <>
            <LineKey color={item.color} dash={item.dash} />
            {(item.short ?? item.label) !== "" && (
              <span class="legend-label" aria-hidden={item.short === undefined ? undefined : true}>
                {item.short ?? item.label}
              </span>
            )}
            {item.short !== undefined && <span class="visually-hidden">{item.label}</span>}
            {item.value !== undefined && <span class="legend-value">{item.value}</span>}
          </>
        );
        return (
          <li key={item.label} class={item.short === "" ? "legend-beside" : undefined}>
            {onToggle === undefined ? (
              <span class="legend-item">{inner}</span>
            ) : (
              <button
                type="button"
                class={classes("legend-item", item.hidden && "is-off")}
                aria-pressed={!item.hidden}
                title={item.short === undefined ? undefined : item.label}
                onClick={() => onToggle(item.label)}
              >
                {inner}
              </button>
            )}
          </li>
        );
      })}
      {aside !== undefined && <li class="legend-aside">{aside}</li>}
    </ul>
  </div>
);

export interface HiddenTableProps {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row names it. At most twenty rows are read with patience. */
  readonly rows: readonly (readonly string[])[];
}

/** The numbers of a chart, for screen readers. */
export const HiddenTable = ({ caption, head, rows }: HiddenTableProps) => (
  <div class="visually-hidden">
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells], row) => (
          <tr key={`${row} ${name}`}>
            <th scope="row">{name}</th>
            {cells.map((cell, i) => (
              <td key={head[i + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** At most so many numbers from 0 to count − 1, evenly, with the first and the last. */
export function sampledIndices(count: number, most = 20): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

/** A chart's frame. */
export const Chart = ({ children, class: name }: { children: ComponentChildren; class?: string }) => (
  <figure class={classes("chart", name)}>{children}</figure>
);
