/** A window over the page, by the platform's <dialog>: focus stays in it, Escape closes it. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { classes } from "./classes.ts";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ComponentChildren;
  readonly description?: ComponentChildren;
  readonly children?: ComponentChildren;
  /** Buttons at its end, the likeliest last. */
  readonly actions?: ComponentChildren;
  readonly wide?: boolean | undefined;
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
}

export function Dialog(props: DialogProps) {
  const { open, onClose, title, description, children, actions, wide, onKeyDown } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    // A click outside is a pointer's short cut: by keyboard Escape and the button close it.
    <dialog
      ref={dialog}
      class={classes("dialog", wide && "dialog-wide")}
      aria-labelledby={`${id}-title`}
      aria-describedby={description === undefined ? undefined : `${id}-about`}
      onClose={onClose}
      onKeyDown={onKeyDown}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {open && (
        <div class="dialog-frame">
          <div class="dialog-head">
            <div>
              <h2 class="dialog-title" id={`${id}-title`}>
                {title}
              </h2>
              {description !== undefined && (
                <p class="dialog-description" id={`${id}-about`}>
                  {description}
                </p>
              )}
            </div>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </div>
          {children !== undefined && <div class="dialog-body">{children}</div>}
          {actions !== undefined && <div class="dialog-actions">{actions}</div>}
        </div>
      )}
    </dialog>
  );
}
