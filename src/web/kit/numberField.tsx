/** A number that is typed, or changed by the arrow keys. */
import { useId, useState } from "preact/hooks";
import { short } from "../../format/numbers.ts";
import { describedBy, Field, type FieldProps } from "./field.tsx";
import { Icon } from "./icons.tsx";
import { log10 } from "./log10.ts";

export interface NumberLimits {
  /** Default: none. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** What an arrow key adds. Default: 1. With Shift it is ten times as much. */
  readonly step?: number | undefined;
  /** Arrow keys go 1, 2, 5, 10, 20, …: for rates and sizes over several powers of ten. From 0 they go to `step`. */
  readonly logSteps?: boolean | undefined;
  /** Whole numbers only. */
  readonly whole?: boolean | undefined;
}

export interface NumberFieldProps extends FieldProps, NumberLimits {
  readonly value: number;
  /** Called when the field is left, by Enter, and by the arrow keys, with a number within the limits. */
  readonly onChange: (value: number) => void;
  /** Stands behind the number, such as "epochs" or "%". */
  readonly unit?: string | undefined;
}

/** "0.001", "1e-5", "45000": what the field shows, and what it can read. */
export const shownNumber = (value: number): string => short(value, { digits: 9, exponentBelow: 1e-3 });

/** The attribute's value: it may not have an exponent, so that 1e-8 is "0.00000001". Its type knows of numbers alone. */
const spoken = (value: number): number =>
  value !== 0 && Math.abs(value) < 1e-6 ? (value.toFixed(20).replace(/0+$/, "") as never) : value;

/** What is wrong with a text as this number, in words; undefined if nothing is. */
export function numberProblem(text: string, { min, max, whole }: NumberLimits): string | undefined {
  const value = Number(text.replace(",", "."));
  if (text.trim() === "") return "Give a number.";
  if (!Number.isFinite(value)) return `“${text.trim()}” is not a number.`;
  if (whole && !Number.isInteger(value)) return "Give a whole number.";
  if (min !== undefined && max !== undefined && (value < min || value > max))
    return `From ${shownNumber(min)} to ${shownNumber(max)}.`;
  if (min !== undefined && value < min) return `At least ${shownNumber(min)}.`;
  if (max !== undefined && value > max) return `At most ${shownNumber(max)}.`;
  return undefined;
}

/** The next of 1, 2, 5, 10, … in a direction. */
function nextOnScale(value: number, up: boolean): number {
  const power = Math.floor(log10(value) + 1e-9);
  const unit = Number(`1e${power}`);
  const lead = value / unit;
  const near = 1e-6;
  if (up) return [2, 5, 10].find((one) => one > lead + near)! * unit;
  return [5, 2, 1, 0.5].find((one) => one < lead - near)! * unit;
}

/** The value that an arrow key leads to, within the limits. */
export function steppedNumber(value: number, up: boolean, times: number, limits: NumberLimits): number {
  const { min = -Infinity, max = Infinity, step = 1, logSteps } = limits;
  let next = value;
  if (logSteps) {
    for (let i = 0; i < (times > 1 ? 3 : 1); i++) {
      if (next > 0) next = !up && next <= step && min <= 0 ? 0 : nextOnScale(next, up);
      else if (up) next = step;
    }
  } else {
    // To the step's own raster, so that 0.1 + 0.2 is 0.3.
    next = (Math.round(value / step) + (up ? times : -times)) * step;
  }
  return Math.min(max, Math.max(min, Number(next.toPrecision(9))));
}

/** What is typed until it is committed, and the keys that change the number. */
export function useNumberDraft(value: number, onChange: (value: number) => void, limits: NumberLimits) {
  /** What is being typed; undefined while the field shows the value. */
  const [draft, setDraft] = useState<string>();
  const [left, setLeft] = useState(false);
  const problem = draft === undefined ? undefined : numberProblem(draft, limits);
  const typed = Number(draft?.replace(",", "."));

  const reset = () => {
    setDraft(undefined);
    setLeft(false);
  };
  const commit = () => {
    if (draft === undefined) return;
    if (problem !== undefined) return setLeft(true);
    reset();
    if (typed !== value) onChange(typed);
  };
  const step = (up: boolean, times: number) => {
    const from = draft !== undefined && problem === undefined ? typed : value;
    const next = steppedNumber(from, up, times, limits);
    reset();
    if (next !== value) onChange(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") commit();
    else if (event.key === "Escape" && draft !== undefined) {
      event.stopPropagation();
      reset();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      step(event.key === "ArrowUp", event.shiftKey ? 10 : 1);
    } else if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault();
      step(event.key === "PageUp", 10);
    }
  };
  return {
    text: draft ?? shownNumber(value),
    /** What is wrong, once the field was left with it. */
    problem: left ? problem : undefined,
    step,
    onKeyDown,
    onBlur: commit,
    onInput: (event: { currentTarget: HTMLInputElement }) => setDraft(event.currentTarget.value),
  };
}

/** The small buttons at the field's end. By keyboard the arrow keys do the same. */
const Steppers = ({
  disabled,
  step,
}: {
  disabled?: boolean | undefined;
  step: (up: boolean, times: number) => void;
}) => (
  <span class="steppers">
    {[true, false].map((up) => (
      <button
        key={String(up)}
        type="button"
        tabIndex={-1}
        aria-hidden="true"
        disabled={disabled}
        onPointerDown={(event) => event.preventDefault()}
        onClick={(event) => step(up, event.shiftKey ? 10 : 1)}
      >
        <Icon name={up ? "chevronUp" : "chevronDown"} />
      </button>
    ))}
  </span>
);

export function NumberField(props: NumberFieldProps) {
  const { value, onChange, unit, label, hint, labelHidden, disabled, min, max } = props;
  const id = useId();
  const { text, problem, step, onKeyDown, onBlur, onInput } = useNumberDraft(value, onChange, props);
  const error = problem ?? props.error;
  return (
    <Field id={id} label={label} hint={hint} error={error} labelHidden={labelHidden}>
      <span class="input number-input">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          role="spinbutton"
          autocomplete="off"
          spellcheck={false}
          value={text}
          disabled={disabled}
          aria-valuenow={spoken(value)}
          aria-valuemin={min}
          aria-valuemax={max}
          aria-valuetext={unit === undefined ? undefined : `${shownNumber(value)} ${unit}`}
          aria-describedby={describedBy(id, { hint, error })}
          aria-invalid={error === undefined ? undefined : true}
          onInput={onInput}
          onBlur={onBlur}
          onKeyDown={onKeyDown}
        />
        {unit !== undefined && (
          <span class="input-unit" aria-hidden="true">
            {unit}
          </span>
        )}
        <Steppers disabled={disabled} step={step} />
      </span>
    </Field>
  );
}
