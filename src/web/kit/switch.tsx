/** On or off, at once. */
import { useId } from "preact/hooks";
import type { FieldProps } from "./field.tsx";

export interface SwitchProps extends Omit<FieldProps, "error" | "labelHidden"> {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div class="field switch-field">
      <label class="switch">
        <span class="switch-text">{label}</span>
        <input
          id={id}
          type="checkbox"
          role="switch"
          checked={checked}
          disabled={disabled}
          aria-checked={checked}
          aria-describedby={hint === undefined ? undefined : `${id}-about`}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <span class="switch-track" aria-hidden="true" />
      </label>
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-about`}>
          {hint}
        </p>
      )}
    </div>
  );
}
