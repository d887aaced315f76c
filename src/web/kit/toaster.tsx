/** Short messages at the page's edge that go by themselves: what has just been done, never what must be read. */
import { signal } from "@preact/signals";
import { IconButton } from "./button.tsx";
import { Icon } from "./icons.tsx";
import type { Tone } from "./notice.tsx";

export interface Toast {
  readonly tone: Tone;
  readonly text: string;
  /** Something to do about it. */
  readonly action?: { readonly label: string; readonly onClick: () => void } | undefined;
  /** Seconds until it goes. Default: 6; 0: it stays until it is dismissed. */
  readonly seconds?: number | undefined;
}

interface Shown extends Toast {
  readonly id: number;
}

/** More than these at once are not read. */
const MOST = 3;

/** The pointer or the focus is on the messages: none goes until it has left. */
let held = false;
const hold = (state: boolean) => () => {
  held = state;
};

const shown = signal<readonly Shown[]>([]);
let last = 0;

/** Takes a message away before its time. */
export function dismissToast(id: number): void {
  // What is taken away under the pointer tells nobody that the pointer has left.
  held = false;
  shown.value = shown.peek().filter((toast) => toast.id !== id);
}

/** Shows a message; the page must hold a `Toaster`. @returns its number, for `dismissToast` */
export function toast(message: Toast): number {
  const id = ++last;
  shown.value = [...shown.peek().slice(1 - MOST), { ...message, id }];
  const { seconds = 6 } = message;
  const end = () => {
    if (held) setTimeout(end, 1000);
    else dismissToast(id);
  };
  if (seconds > 0) setTimeout(end, 1000 * seconds);
  return id;
}

/** Where the messages stand. One a page. */
export const Toaster = () => (
  <div
    class="toaster"
    role="status"
    aria-live="polite"
    onPointerEnter={hold(true)}
    onPointerLeave={hold(false)}
    onFocusIn={hold(true)}
    onFocusOut={hold(false)}
  >
    {shown.value.map(({ id, tone, text, action }) => (
      <div key={id} class={`toast toast-${tone}`}>
        <Icon name={tone} />
        <span class="toast-text">{text}</span>
        {action !== undefined && (
          <button
            type="button"
            class="toast-action"
            onClick={() => {
              dismissToast(id);
              action.onClick();
            }}
          >
            {action.label}
          </button>
        )}
        <IconButton small icon="close" label="Dismiss" onClick={() => dismissToast(id)} />
      </div>
    ))}
  </div>
);
