/** How far something is, and shares of a whole. */
import { type Reactive, useFrameValue } from "./reactive.ts";

export interface ProgressProps {
  /** What is going on, for screen readers. */
  readonly label: string;
  /** From 0 to 1; undefined where nobody knows. */
  readonly value: Reactive<number | undefined>;
  /** Words below it: "epoch 3 of 20 · 12 s left". */
  readonly text?: Reactive<string> | undefined;
  /** It is not moving now. */
  readonly paused?: boolean | undefined;
}

export function Progress({ label, value, text = "", paused }: ProgressProps) {
  const share = useFrameValue(value);
  const words = useFrameValue(text);
  const percent = share === undefined ? undefined : Math.round(100 * Math.min(1, Math.max(0, share)));
  return (
    <div class="progress" data-paused={paused || undefined}>
      <div
        class={share === undefined ? "progress-track is-indeterminate" : "progress-track"}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={words || undefined}
      >
        <span
          class="progress-bar"
          style={
            share === undefined ? undefined : { transform: `scaleX(${Math.min(1, Math.max(0, share))})` }
          }
        />
      </div>
      {text !== "" && <p class="progress-text">{words}</p>}
    </div>
  );
}

export interface MeterProps {
  readonly label: string;
  /** From 0 to 1. */
  readonly value: number;
  /** What stands at its right. */
  readonly text: string;
  /** It is the one that counts. */
  readonly strong?: boolean | undefined;
}

/** A share as a bar with its name and its number, such as a class's probability. */
export const Meter = ({ label, value, text, strong }: MeterProps) => (
  <div class={strong ? "meter is-strong" : "meter"}>
    <span class="meter-label" title={label}>
      {label}
    </span>
    <span class="meter-track" aria-hidden="true">
      <span class="meter-bar" style={{ transform: `scaleX(${Math.min(1, Math.max(0, value))})` }} />
    </span>
    <span class="meter-text">{text}</span>
  </div>
);
