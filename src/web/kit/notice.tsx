/** Something the reader should know, in its place on the page. */
import type { ComponentChildren } from "preact";
import { IconButton } from "./button.tsx";
import { Icon } from "./icons.tsx";

export type Tone = "info" | "success" | "warning" | "error";

export interface NoticeProps {
  readonly tone: Tone;
  readonly title?: ComponentChildren;
  /** Any length: long words and lines break, and many lines scroll. */
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
  readonly onDismiss?: (() => void) | undefined;
}

const TONES: Readonly<Record<Tone, string>> = {
  info: "Note",
  success: "Done",
  warning: "Warning",
  error: "Error",
};

export const Notice = ({ tone, title, children, action, onDismiss }: NoticeProps) => (
  <div class={`notice notice-${tone}`} role={tone === "error" ? "alert" : "status"}>
    <Icon name={tone} />
    <div class="notice-text">
      <span class="visually-hidden">{TONES[tone]}: </span>
      {title !== undefined && <strong class="notice-title">{title}</strong>}
      {children !== undefined && <div class="notice-body">{children}</div>}
      {action !== undefined && <div class="notice-action">{action}</div>}
    </div>
    {onDismiss !== undefined && <IconButton small icon="close" label="Dismiss" onClick={onDismiss} />}
  </div>
);
