/** The frame of a control: its label, a hint, and what is wrong with its value. */
import type { ComponentChildren } from "preact";
import { classes } from "./classes.ts";
import { Icon } from "./icons.tsx";

/** What every control takes for its frame. */
export interface FieldProps {
  readonly label: string;
  /** A sentence below it. */
  readonly hint?: string | undefined;
  /** What is wrong with its value, and what to do. It takes the hint's place. */
  readonly error?: string | undefined;
  /** The label is for screen readers only. */
  readonly labelHidden?: boolean | undefined;
  readonly disabled?: boolean | undefined;
}

export interface FrameProps extends Omit<FieldProps, "disabled"> {
  readonly id: string;
  readonly children: ComponentChildren;
  readonly class?: string | undefined;
  /** What stands at the right of the label, such as a slider's value. */
  readonly aside?: ComponentChildren;
}

/** The id of the text that describes a control, if there is one. */
export const describedBy = (id: string, { hint, error }: Pick<FieldProps, "hint" | "error">) =>
  hint === undefined && error === undefined ? undefined : `${id}-about`;

export function Field({ id, label, hint, error, labelHidden, children, class: name, aside }: FrameProps) {
  const text = error ?? hint;
  return (
    <div class={classes("field", name)}>
      <div class={classes("field-head", labelHidden && "visually-hidden")}>
        <label class="field-label" id={`${id}-label`} for={id}>
          {label}
        </label>
        {aside !== undefined && <span class="field-aside">{aside}</span>}
      </div>
      {children}
      {text !== undefined && (
        <p class={error === undefined ? "field-hint" : "field-error"} id={`${id}-about`}>
          {error !== undefined && <Icon name="error" />}
          <span>{text}</span>
        </p>
      )}
    </div>
  );
}
