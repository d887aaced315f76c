/** Buttons: with words, or with an icon alone. */
import type { ComponentChildren, Ref } from "preact";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./icons.tsx";

interface SharedProps {
  readonly icon?: IconName | undefined;
  readonly disabled?: boolean | undefined;
  /** It is at work: it shows so, keeps its width, and takes no clicks. */
  readonly busy?: boolean | undefined;
  readonly small?: boolean | undefined;
  readonly type?: "button" | "submit" | undefined;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
  readonly buttonRef?: Ref<HTMLButtonElement> | undefined;
  readonly class?: string | undefined;
  /** The state of a button that switches something, for screen readers as well. */
  readonly pressed?: boolean | undefined;
  readonly keyShortcuts?: string | undefined;
}

export interface ButtonProps extends SharedProps {
  /** One primary button a view. Default: "secondary". */
  readonly kind?: "primary" | "secondary" | "quiet" | "danger" | undefined;
  readonly children: ComponentChildren;
  /** As wide as what it stands in. */
  readonly wide?: boolean | undefined;
  readonly describedBy?: string | undefined;
  /** Whether the menu that it opens is open. */
  readonly expanded?: boolean | undefined;
}

export function Button(props: ButtonProps) {
  const { kind = "secondary", icon, busy = false, small, wide, children } = props;
  return (
    <button
      ref={props.buttonRef ?? null}
      type={props.type ?? "button"}
      class={classes(
        "button",
        `button-${kind}`,
        small && "button-small",
        wide && "button-wide",
        busy && "is-busy",
        props.class,
      )}
      disabled={props.disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      aria-pressed={props.pressed}
      aria-describedby={props.describedBy}
      aria-haspopup={props.expanded === undefined ? undefined : "menu"}
      aria-expanded={props.expanded}
      aria-keyshortcuts={props.keyShortcuts}
      onClick={busy ? undefined : props.onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span class="button-text">{children}</span>
      {busy && <span class="spinner" aria-hidden="true" />}
    </button>
  );
}

export interface IconButtonProps extends SharedProps {
  readonly icon: IconName;
  /** What it does, in words: its name for screen readers, and the tip that a pointer gets. */
  readonly label: string;
  readonly kind?: "secondary" | "quiet" | undefined;
  readonly tabIndex?: number | undefined;
}

export function IconButton(props: IconButtonProps) {
  const { kind = "quiet", icon, label, busy = false, small } = props;
  return (
    <button
      ref={props.buttonRef ?? null}
      type={props.type ?? "button"}
      class={classes(
        "button",
        "button-icon",
        `button-${kind}`,
        small && "button-small",
        busy && "is-busy",
        props.class,
      )}
      disabled={props.disabled}
      aria-disabled={busy || undefined}
      aria-label={label}
      aria-pressed={props.pressed}
      aria-keyshortcuts={props.keyShortcuts}
      title={label}
      tabIndex={props.tabIndex}
      onClick={busy ? undefined : props.onClick}
    >
      <Icon name={icon} />
      {busy && <span class="spinner" aria-hidden="true" />}
    </button>
  );
}
