/** Details that are folded away until they are asked for, by the platform's own element. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icons.tsx";

export interface DisclosureProps {
  readonly summary: ComponentChildren;
  /** What stands at the right of the summary, such as the choices that are hidden. */
  readonly aside?: ComponentChildren;
  readonly open?: boolean | undefined;
  readonly onToggle?: ((open: boolean) => void) | undefined;
  readonly children: ComponentChildren;
}

export const Disclosure = ({ summary, aside, open, onToggle, children }: DisclosureProps) => (
  <details class="disclosure" open={open} onToggle={(event) => onToggle?.(event.currentTarget.open)}>
    <summary>
      <Icon name="chevronRight" />
      <span class="disclosure-summary">{summary}</span>
      {aside !== undefined && <span class="disclosure-aside">{aside}</span>}
    </summary>
    <div class="disclosure-body">{children}</div>
  </details>
);
