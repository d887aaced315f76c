/** A choice of one from a list, by the platform's own control. */
import { useId } from "preact/hooks";
import { describedBy, Field, type FieldProps } from "./field.tsx";
import { Icon } from "./icons.tsx";

export interface Choice<T extends string = string> {
  readonly value: T;
  readonly label: string;
  readonly disabled?: boolean | undefined;
  /** Choices of one group stand under its name. */
  readonly group?: string | undefined;
}

export interface SelectProps<T extends string> extends FieldProps {
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
}

export function Select<T extends string>(props: SelectProps<T>) {
  const { value, choices, onChange, label, hint, error, labelHidden, disabled } = props;
  const id = useId();
  const option = (choice: Choice<T>) => (
    <option key={choice.value} value={choice.value} disabled={choice.disabled}>
      {choice.label}
    </option>
  );
  const groups = [...new Set(choices.map(({ group }) => group))];
  return (
    <Field id={id} label={label} hint={hint} error={error} labelHidden={labelHidden}>
      <span class="input select">
        <select
          id={id}
          value={value}
          disabled={disabled}
          aria-describedby={describedBy(id, props)}
          aria-invalid={error === undefined ? undefined : true}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {groups.map((group) => {
            const members = choices.filter((choice) => choice.group === group).map(option);
            return group === undefined ? (
              members
            ) : (
              <optgroup key={group} label={group}>
                {members}
              </optgroup>
            );
          })}
        </select>
        <Icon name="chevronDown" />
      </span>
    </Field>
  );
}
