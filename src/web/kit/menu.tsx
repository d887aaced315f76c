/** A list that opens below its button: actions, or presets with a title and a description. */
import { type ComponentChildren, Fragment, type RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, type ButtonProps } from "./button.tsx";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./icons.tsx";

export interface MenuItem {
  readonly id: string;
  readonly title: ComponentChildren;
  readonly description?: ComponentChildren;
  readonly icon?: IconName | undefined;
  /** Items of one group stand under its name. They must follow each other. */
  readonly group?: string | undefined;
  /** It is the one that holds now. */
  readonly current?: boolean | undefined;
  readonly disabled?: boolean | undefined;
}

export interface MenuProps extends Pick<ButtonProps, "kind" | "icon" | "small" | "disabled" | "wide"> {
  /** The words on the button. */
  readonly label: ComponentChildren;
  readonly items: readonly MenuItem[];
  readonly onSelect: (id: string) => void;
  /** On which side of the button the list ends. Default: "start", below its beginning. */
  readonly align?: "start" | "end" | undefined;
}

/** The keys of an open menu: arrows, Home and End, letters, Escape. */
function onMenuKey(event: KeyboardEvent, all: readonly HTMLElement[], close: (refocus: boolean) => void) {
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    all.at(to % all.length)?.focus();
  } else if (event.key === "Escape") {
    event.stopPropagation();
    event.preventDefault();
    close(true);
  } else if (event.key === "Tab") {
    close(false);
  } else if (event.key.length === 1 && event.key !== " ") {
    // Typing a letter goes to the next entry that begins with it.
    const letter = event.key.toLowerCase();
    const after = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    after.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
  }
}

/** Puts the focus into the list that has opened, and closes it when the reader goes elsewhere. */
function useOpenList(open: boolean, root: RefObject<HTMLElement | null>, close: () => void): void {
  useLayoutEffect(() => {
    if (!open) return;
    const all = entriesOf(root.current);
    (all.find((entry) => entry.getAttribute("aria-checked") === "true") ?? all[0])?.focus();
    const onOutside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) close();
    };
    document.addEventListener("pointerdown", onOutside);
    document.addEventListener("focusin", onOutside);
    return () => {
      document.removeEventListener("pointerdown", onOutside);
      document.removeEventListener("focusin", onOutside);
    };
  }, [open]);
}

const entriesOf = (root: HTMLElement | null): HTMLElement[] => [
  ...(root?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([disabled])') ?? []),
];

/** An item's words. */
const Words = ({ title, description }: Pick<MenuItem, "title" | "description">) => (
  <span class="menu-words">
    <span class="menu-title">{title}</span>
    {description !== undefined && <span class="menu-description">{description}</span>}
  </span>
);

export function Menu({ label, items, onSelect, align = "start", ...button }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) opener.current?.focus();
  };
  useOpenList(open, root, () => close(false));
  const onKeyDown = (event: KeyboardEvent) => {
    if (open) onMenuKey(event, entriesOf(root.current), close);
    else if (event.key === "ArrowDown" && event.target === opener.current) {
      event.preventDefault();
      setOpen(true);
    }
  };
  const choosable = items.some(({ current }) => current !== undefined);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the button and the menu in it
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <Button
        {...button}
        buttonRef={opener}
        class="menu-button"
        expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span class="menu-label">{label}</span>
        <Icon name="chevronDown" />
      </Button>
      {open && (
        <div class={classes("menu-list", `menu-${align}`)} role="menu" tabIndex={-1}>
          {items.map((item, i) => (
            <Fragment key={item.id}>
              {item.group !== undefined && item.group !== items[i - 1]?.group && (
                <div class="menu-group" role="presentation">
                  {item.group}
                </div>
              )}
              {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: only those that can be checked have it */}
              <button
                type="button"
                class="menu-item"
                role={choosable ? "menuitemradio" : "menuitem"}
                aria-checked={choosable ? item.current === true : undefined}
                disabled={item.disabled}
                tabIndex={-1}
                onClick={() => {
                  close(true);
                  onSelect(item.id);
                }}
              >
                {item.icon !== undefined && <Icon name={item.icon} />}
                <Words title={item.title} description={item.description} />
                {item.current && <Icon name="check" class="menu-check" />}
              </button>
            </Fragment>
          ))}
        </div>
      )}
    </div>
  );
}

export interface PresetPickerProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly onSelect: (id: string) => void;
}

/** Presets that are all in sight, each with its title and description. */
export const PresetPicker = ({ label, items, onSelect }: PresetPickerProps) => (
  <ul class="presets" aria-label={label}>
    {items.map((item) => (
      <li key={item.id}>
        <button
          type="button"
          class="preset"
          aria-pressed={item.current === true}
          disabled={item.disabled}
          onClick={() => onSelect(item.id)}
        >
          {item.icon !== undefined && <Icon name={item.icon} />}
          <Words title={item.title} description={item.description} />
        </button>
      </li>
    ))}
  </ul>
);
