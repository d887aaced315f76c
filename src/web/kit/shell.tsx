/**
 * The frame of a page: a header, a column of controls with a bar to run things, and the main part. On wide screens the
 * column stands at the left and scrolls by itself; on narrow ones all is one column, and the bar sticks to the bottom.
 */
import type { ComponentChildren } from "preact";
import { classes } from "./classes.ts";

export interface ShellProps {
  /** The product's name, linked to the start. Default: nnwasm. */
  readonly home?: string | undefined;
  /** What this page is, beside the name: its first heading. Phones have no room for it, screen readers still hear it. */
  readonly title?: ComponentChildren;
  readonly nav?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly controls?: ComponentChildren;
  /** What the column of controls is, for screen readers. Default: "Settings". */
  readonly controlsLabel?: string | undefined;
  readonly runBar?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly footer?: ComponentChildren;
}

/** The mark: layers that narrow down. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path class="mark-1" d="M3 3.5h18v3.2H3z" />
    <path class="mark-2" d="M3 8.4h13v3.2H3z" />
    <path class="mark-3" d="M3 13.3h9v3.2H3z" />
    <path class="mark-4" d="M3 18.2h5.5v3.2H3z" />
  </svg>
);

export function Shell(props: ShellProps) {
  const { home = "./", title, nav, actions, controls, runBar, children, footer } = props;
  const twoColumns = controls !== undefined;
  return (
    <div class="shell">
      <a class="skip-link" href="#main">
        Skip to the results
      </a>
      <header class="header">
        <a class="word-mark" href={home}>
          <Mark />
          <span>nnwasm</span>
        </a>
        {title !== undefined && <h1 class="header-title">{title}</h1>}
        {nav !== undefined && (
          <nav class="header-nav" aria-label="Pages">
            {nav}
          </nav>
        )}
        <div class="header-actions">{actions}</div>
      </header>
      <div class={classes("shell-body", twoColumns && "has-controls", runBar !== undefined && "has-run-bar")}>
        {(twoColumns || runBar !== undefined) && (
          <div class="side">
            {twoColumns && (
              <section class="controls" aria-label={props.controlsLabel ?? "Settings"}>
                {controls}
              </section>
            )}
            {runBar !== undefined && (
              <section class="run-bar" aria-label="Run">
                {runBar}
              </section>
            )}
          </div>
        )}
        <main class="main" id="main" tabIndex={-1}>
          {children}
          {footer !== undefined && <footer class="footer">{footer}</footer>}
        </main>
      </div>
    </div>
  );
}

export interface NavLinkProps {
  readonly href: string;
  readonly current?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** A link of the header's navigation. */
export const NavLink = ({ href, current, children }: NavLinkProps) => (
  <a class="nav-link" href={href} aria-current={current ? "page" : undefined}>
    {children}
  </a>
);

/** Panels side by side as far as each gets `min-width` (in CSS: 22rem); one below another on narrow screens. */
export const Columns = ({ children, wide }: { children: ComponentChildren; wide?: boolean | undefined }) => (
  <div class={classes("columns", wide && "columns-wide")}>{children}</div>
);

/** Controls in rows of two where there is room. */
export const ControlGrid = ({ children }: { children: ComponentChildren }) => (
  <div class="control-grid">{children}</div>
);

/** Things in a row that wraps. */
export const Row = ({ children, end }: { children: ComponentChildren; end?: boolean | undefined }) => (
  <div class={classes("row", end && "row-end")}>{children}</div>
);

/** Things one below another. */
export const Stack = ({ children, large }: { children: ComponentChildren; large?: boolean | undefined }) => (
  <div class={classes("stack", large && "stack-large")}>{children}</div>
);
