/** A number on a line, by the platform's own control, with its value beside the label. */
import { useId } from "preact/hooks";
import { describedBy, Field, type FieldProps } from "./field.tsx";

export interface SliderProps extends FieldProps {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Default: 1. */
  readonly step?: number | undefined;
  /** Called with each movement. */
  readonly onInput: (value: number) => void;
  /** The value in words. Default: the number. */
  readonly text?: string | undefined;
}

export function Slider(props: SliderProps) {
  const { value, min, max, step = 1, onInput, text = String(value), label, hint, error, labelHidden } = props;
  const id = useId();
  const share = max > min ? (value - min) / (max - min) : 0;
  return (
    <Field id={id} label={label} hint={hint} error={error} labelHidden={labelHidden} aside={text}>
      <input
        id={id}
        class="slider"
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={props.disabled}
        style={{ "--share": `${Math.min(1, Math.max(0, share)) * 100}%` }}
        aria-valuetext={text}
        aria-describedby={describedBy(id, props)}
        onInput={(event) => onInput(Number(event.currentTarget.value))}
      />
    </Field>
  );
}
