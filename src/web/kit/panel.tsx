/** A part of a page with a title. It can be folded away. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { classes } from "./classes.ts";
import { Icon } from "./icons.tsx";

export interface PanelProps {
  readonly title: ComponentChildren;
  readonly description?: ComponentChildren;
  /** Small controls at the right of the title. */
  readonly actions?: ComponentChildren;
  readonly collapsible?: boolean | undefined;
  /** Whether it is open at first. Default: true. */
  readonly open?: boolean | undefined;
  readonly onToggle?: ((open: boolean) => void) | undefined;
  /** Without an own surface: a section of a column. */
  readonly flat?: boolean | undefined;
  /** The level of its heading. Default: 2. */
  readonly level?: 2 | 3 | undefined;
  readonly children: ComponentChildren;
  readonly class?: string | undefined;
}

export function Panel(props: PanelProps) {
  const { title, description, actions, collapsible = false, flat, level = 2, children, onToggle } = props;
  const id = useId();
  const [open, setOpen] = useState(props.open ?? true);
  const Heading = `h${level}` as const;
  const toggle = () => {
    setOpen(!open);
    onToggle?.(!open);
  };
  return (
    <section class={classes("panel", flat && "panel-flat", props.class)} aria-labelledby={`${id}-title`}>
      <div class="panel-head">
        <div class="panel-heading">
          <Heading class="panel-title" id={`${id}-title`}>
            {collapsible ? (
              <button
                type="button"
                class="panel-toggle"
                aria-expanded={open}
                aria-controls={`${id}-body`}
                onClick={toggle}
              >
                <Icon name={open ? "chevronDown" : "chevronRight"} />
                {title}
              </button>
            ) : (
              title
            )}
          </Heading>
          {description !== undefined && <p class="panel-description">{description}</p>}
        </div>
        {actions !== undefined && <div class="panel-actions">{actions}</div>}
      </div>
      <div class="panel-body" id={`${id}-body`} hidden={!open}>
        {children}
      </div>
    </section>
  );
}
