/** Props that may move: plain values, or signals where something changes many times a second. */
import { type ReadonlySignal, Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

/** A value, or a signal of it. */
export type Reactive<T> = T | ReadonlySignal<T>;

/** The value as it is now. A component that reads a signal so is drawn again with each of its changes. */
export const read = <T>(value: Reactive<T>): T =>
  value instanceof Signal ? (value as ReadonlySignal<T>).value : (value as T);

/** The value as it is now, without being told of changes. */
const peek = <T>(value: Reactive<T>): T =>
  value instanceof Signal ? (value as ReadonlySignal<T>).peek() : (value as T);

/**
 * The value, followed at most once a frame: however often a signal changes, its component is drawn with the latest value
 * when the screen is. In a tab that is hidden nothing is drawn.
 */
export function useFrameValue<T>(value: Reactive<T>): T {
  const [, redraw] = useState(0);
  const drawn = useRef<T>(undefined);
  drawn.current = peek(value);
  useEffect(() => {
    if (!(value instanceof Signal)) return;
    let frame = 0;
    const stop = (value as ReadonlySignal<T>).subscribe((latest) => {
      if (frame !== 0 || latest === drawn.current) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        redraw((count) => count + 1);
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [value]);
  return drawn.current;
}
