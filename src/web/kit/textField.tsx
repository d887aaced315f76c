/** A line of text. */
import { useId } from "preact/hooks";
import { describedBy, Field, type FieldProps } from "./field.tsx";

export interface TextFieldProps extends FieldProps {
  readonly value: string;
  /** Called with each keystroke. */
  readonly onInput?: ((value: string) => void) | undefined;
  /** Called when the field is left, or by Enter. */
  readonly onChange?: ((value: string) => void) | undefined;
  readonly placeholder?: string | undefined;
  readonly type?: "text" | "search" | "date" | "datetime-local" | undefined;
  /** The id of a list of suggestions. */
  readonly list?: string | undefined;
  readonly inputMode?: "text" | "decimal" | "search" | undefined;
  readonly required?: boolean | undefined;
}

export function TextField(props: TextFieldProps) {
  const id = useId();
  const { label, hint, error, labelHidden, onInput, onChange } = props;
  return (
    <Field id={id} label={label} hint={hint} error={error} labelHidden={labelHidden}>
      <span class="input">
        <input
          id={id}
          type={props.type ?? "text"}
          value={props.value}
          disabled={props.disabled}
          placeholder={props.placeholder}
          list={props.list}
          inputMode={props.inputMode}
          required={props.required}
          autocomplete="off"
          spellcheck={false}
          aria-describedby={describedBy(id, props)}
          aria-invalid={error === undefined ? undefined : true}
          onInput={(event) => onInput?.(event.currentTarget.value)}
          onChange={(event) => onChange?.(event.currentTarget.value)}
        />
      </span>
    </Field>
  );
}
