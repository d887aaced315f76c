/** One number that matters, with its name. */
import type { ComponentChildren } from "preact";
import { type Reactive, useFrameValue } from "./reactive.ts";

export interface StatProps {
  readonly label: string;
  /** The number as text; its room is kept while it changes. "–" until there is one. */
  readonly value: Reactive<string>;
  readonly unit?: string | undefined;
  /** What it is compared with, in small letters below. */
  readonly note?: Reactive<string> | undefined;
  /** The number of the series whose colour marks it. */
  readonly color?: number | undefined;
  readonly tone?: "success" | "warning" | "error" | undefined;
}

export function Stat({ label, value, unit, note = "", color, tone }: StatProps) {
  const number = useFrameValue(value);
  const words = useFrameValue(note);
  return (
    <div class={tone === undefined ? "stat" : `stat stat-${tone}`}>
      <dt class="stat-label">
        {color !== undefined && <span class="swatch" data-series={color % 10} aria-hidden="true" />}
        {label}
      </dt>
      <dd class="stat-value">
        {number}
        {unit !== undefined && <span class="stat-unit"> {unit}</span>}
      </dd>
      {note !== "" && <dd class="stat-note">{words}</dd>}
    </div>
  );
}

/** A row of them. */
export const Stats = ({ children }: { children: ComponentChildren }) => <dl class="stats">{children}</dl>;
