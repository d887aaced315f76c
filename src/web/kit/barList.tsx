/** Names with bars, such as a table's columns by their importance. A thin line shows how sure a value is. */
import { numberText } from "./format.ts";

export interface BarItem {
  readonly label: string;
  readonly value: number;
  /** The value lies within so much, up and down. */
  readonly error?: number | undefined;
  /** A second line, such as a column's kind. */
  readonly note?: string | undefined;
}

export interface BarListProps {
  readonly label: string;
  readonly items: readonly BarItem[];
  readonly valueText?: ((value: number) => string) | undefined;
  /** Only so many are shown, with a line that says how many are not. Default: 20. */
  readonly most?: number | undefined;
}

const percent = (share: number): string => `${Math.round(10_000 * share) / 100}%`;

export function BarList({
  label,
  items,
  valueText = (value) => numberText(value, 3),
  most = 20,
}: BarListProps) {
  const shown = items.slice(0, most);
  const ends = shown.flatMap(({ value, error = 0 }) => [value - error, value + error]);
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const span = high - low || 1;
  const place = (value: number) => (value - low) / span;
  return (
    <>
      <ul class="bars" aria-label={label}>
        {shown.map(({ label: name, value, error, note }) => (
          <li key={name}>
            <span class="bar-name">
              <span class="bar-label" title={name}>
                {name}
              </span>
              {note !== undefined && <span class="bar-note">{note}</span>}
            </span>
            <span class="bar-track" aria-hidden="true">
              {low < 0 && <span class="bar-zero" style={{ left: percent(place(0)) }} />}
              <span
                class={value < 0 ? "bar is-negative" : "bar"}
                style={{ left: percent(place(Math.min(0, value))), width: percent(Math.abs(value) / span) }}
              />
              {error !== undefined && error > 0 && (
                <span
                  class="bar-error"
                  style={{ left: percent(place(value - error)), width: percent((2 * error) / span) }}
                />
              )}
            </span>
            <span class="bar-value">
              {valueText(value)}
              {error !== undefined && <span class="visually-hidden"> ± {valueText(error)}</span>}
            </span>
          </li>
        ))}
      </ul>
      {items.length > most && <p class="field-hint">{items.length - most} more are not shown.</p>}
    </>
  );
}
