/** A table of texts and numbers, such as the columns of a file or a list of runs. A wide or long one scrolls in its frame. */
import type { ComponentChildren } from "preact";

export interface TableHead {
  readonly label: string;
  /** Numbers stand at the right, one below another. */
  readonly number?: boolean | undefined;
  /** The label is for screen readers only. */
  readonly labelHidden?: boolean | undefined;
}

export interface TableRow {
  readonly key: string;
  readonly cells: readonly ComponentChildren[];
  /** It is the one that is chosen. */
  readonly current?: boolean | undefined;
}

export interface DataTableProps {
  /** What it lists, for screen readers. */
  readonly label: string;
  readonly head: readonly TableHead[];
  readonly rows: readonly TableRow[];
  /** Which cell names its row. Default: 0, the first. */
  readonly nameAt?: number | undefined;
}

export const DataTable = ({ label, head, rows, nameAt = 0 }: DataTableProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
  <section class="table-frame" aria-label={label} tabIndex={0}>
    <table class="table">
      <thead>
        <tr>
          {head.map((column) => (
            <th key={column.label} scope="col" class={column.number ? "is-number" : undefined}>
              {column.labelHidden ? <span class="visually-hidden">{column.label}</span> : column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells, current }) => (
          <tr key={key} class={current ? "is-current" : undefined}>
            {cells.map((cell, i) => {
              const name = head[i]?.number ? "is-number" : undefined;
              const column = head[i]?.label ?? i;
              return i === nameAt ? (
                <th key={column} scope="row" class={name}>
                  {cell}
                </th>
              ) : (
                <td key={column} class={name}>
                  {cell}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
