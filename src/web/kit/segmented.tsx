/** A choice of one from a few that are all in sight: a group of radio buttons that looks like one control. */
import { useId } from "preact/hooks";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./icons.tsx";
import type { Choice } from "./select.tsx";

export interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly labelHidden?: boolean | undefined;
  readonly hint?: string | undefined;
  readonly value: T;
  readonly choices: readonly (Choice<T> & { readonly icon?: IconName | undefined })[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean | undefined;
  /** Only as wide as its words. Default: as wide as what it stands in. */
  readonly compact?: boolean | undefined;
}

export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, labelHidden, hint, value, choices, onChange, disabled, compact } = props;
  const name = useId();
  return (
    <fieldset class="field" disabled={disabled} aria-describedby={hint && `${name}-about`}>
      <legend class={labelHidden ? "visually-hidden" : "field-label"}>{label}</legend>
      <div class={classes("segmented", compact && "is-compact")}>
        {choices.map((choice) => (
          <label key={choice.value} class="segment">
            <input
              type="radio"
              class="visually-hidden"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.disabled}
              onChange={() => onChange(choice.value)}
            />
            <span class="segment-face">
              {choice.icon !== undefined && <Icon name={choice.icon} />}
              {choice.label}
            </span>
          </label>
        ))}
      </div>
      {hint !== undefined && (
        <p class="field-hint" id={`${name}-about`}>
          {hint}
        </p>
      )}
    </fieldset>
  );
}
