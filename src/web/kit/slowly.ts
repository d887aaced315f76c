/** Follows what moves fast at the pace of reading: for the words that say what a chart shows. */
import { useEffect, useRef, useState } from "preact/hooks";

/** The value, at most once in so many milliseconds; the last one always comes. Default: 1000. */
export function useSlowly<T>(value: T, milliseconds = 1000): T {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  latest.current = value;
  useEffect(() => {
    if (value === shown || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setShown(() => latest.current);
    }, milliseconds);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return shown;
}
