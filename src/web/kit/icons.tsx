/** All icons: lines of 1.5 px on a grid of 16, in the colour of the text. They are decoration: words say the same. */
import type { ComponentChildren } from "preact";

// Functions: a node may stand in one place only.
const SHAPES = {
  add: () => <path d="M8 3v10M3 8h10" />,
  remove: () => <path d="M3 8h10" />,
  close: () => <path d="m4 4 8 8m0-8-8 8" />,
  check: () => <path d="m3 8.5 3.2 3.2L13 4.8" />,
  chevronDown: () => <path d="m4 6 4 4 4-4" />,
  chevronRight: () => <path d="m6 4 4 4-4 4" />,
  chevronLeft: () => <path d="M10 4 6 8l4 4" />,
  chevronUp: () => <path d="m4 10 4-4 4 4" />,
  play: () => <path d="M5 3.2v9.6L13 8z" fill="currentColor" stroke-linejoin="round" />,
  pause: () => <path d="M5.5 3.5v9m5-9v9" stroke-width="2.25" />,
  step: () => (
    <>
      <path d="M3.5 3.5v9L10 8z" fill="currentColor" stroke-linejoin="round" />
      <path d="M12.5 3.5v9" stroke-width="2" />
    </>
  ),
  stop: () => <rect x="3.75" y="3.75" width="8.5" height="8.5" rx="1" fill="currentColor" />,
  restart: () => <path d="M12.8 6.2A5.2 5.2 0 1 0 13.2 8M13 2.8v3.5H9.5" />,
  upload: () => (
    <path d="M8 10.5V3m0 0L5 6m3-3 3 3M2.75 10.5v2a.75.75 0 0 0 .75.75h9a.75.75 0 0 0 .75-.75v-2" />
  ),
  download: () => (
    <path d="M8 3v7.5m0 0L5 7.5m3 3 3-3M2.75 10.5v2a.75.75 0 0 0 .75.75h9a.75.75 0 0 0 .75-.75v-2" />
  ),
  copy: () => (
    <>
      <rect x="5.75" y="5.75" width="7.5" height="7.5" rx="1.25" />
      <path d="M10.25 5.75v-1.5A1.25 1.25 0 0 0 9 3H4a1.25 1.25 0 0 0-1.25 1.25v5A1.25 1.25 0 0 0 4 10.5h1.75" />
    </>
  ),
  file: () => (
    <path d="M9 2.25H4.75a1 1 0 0 0-1 1v9.5a1 1 0 0 0 1 1h6.5a1 1 0 0 0 1-1V5.5zM9 2.25V5.5h3.25" />
  ),
  folder: () => (
    <path d="M2.25 11.75v-7.5a1 1 0 0 1 1-1h2.9l1.6 1.75h5a1 1 0 0 1 1 1v5.75a1 1 0 0 1-1 1h-9.5a1 1 0 0 1-1-1z" />
  ),
  table: () => <path d="M2.75 3.25h10.5v9.5H2.75zM2.75 6.5h10.5M2.75 9.6h10.5M6.5 6.5v6.25" />,
  image: () => (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1.25" />
      <circle cx="5.75" cy="6.25" r="1" />
      <path d="m2.75 11.5 3.5-3 2.25 2 2.25-2.25 2.5 2.5" />
    </>
  ),
  search: () => <path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm3.3-1.2 3.2 3.2" />,
  info: () => <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zm0-6.5V11m0-5.9v.4" />,
  success: () => <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5.3 8.3l1.9 1.9 3.6-4" />,
  warning: () => <path d="M8 2.4 14.3 13H1.7zM8 6.4v3.1m0 1.7v.4" stroke-linejoin="round" />,
  error: () => <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6 6l4 4m0-4-4 4" />,
  grip: () => (
    <g fill="currentColor" stroke="none">
      <circle cx="6" cy="4" r="1.1" />
      <circle cx="10" cy="4" r="1.1" />
      <circle cx="6" cy="8" r="1.1" />
      <circle cx="10" cy="8" r="1.1" />
      <circle cx="6" cy="12" r="1.1" />
      <circle cx="10" cy="12" r="1.1" />
    </g>
  ),
  sun: () => (
    <path d="M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM8 1.5v1.4m0 10.2v1.4M1.5 8h1.4m10.2 0h1.4M3.4 3.4l1 1m7.2 7.2 1 1m0-9.2-1 1m-7.2 7.2-1 1" />
  ),
  moon: () => <path d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z" stroke-linejoin="round" />,
  motion: () => (
    <path d="M2 5.5c1.5-2 3-2 4.5 0s3 2 4.5 0 2.2-1.8 3-1.6M2 10.8c1.5-2 3-2 4.5 0s3 2 4.5 0 2.2-1.8 3-1.6" />
  ),
  network: () => (
    <>
      <circle cx="3.5" cy="4.5" r="1.5" />
      <circle cx="3.5" cy="11.5" r="1.5" />
      <circle cx="12.5" cy="8" r="1.5" />
      <path d="m4.9 5 6.2 2.4M4.9 11l6.2-2.4" />
    </>
  ),
  more: () => (
    <g fill="currentColor" stroke="none">
      <circle cx="3.5" cy="8" r="1.25" />
      <circle cx="8" cy="8" r="1.25" />
      <circle cx="12.5" cy="8" r="1.25" />
    </g>
  ),
  trash: () => <path d="M3 4.5h10M6.25 4.5V3h3.5v1.5M4.5 4.5l.5 8.75h6l.5-8.75M6.9 7v4m2.2-4v4" />,
  compare: () => <path d="M2.75 3.25h4v9.5h-4zm6.5 0h4v9.5h-4z" />,
  link: () => (
    <path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8m1.2 2.5a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8" />
  ),
  lock: () => (
    <path d="M4.25 7.25h7.5a.75.75 0 0 1 .75.75v4.5a.75.75 0 0 1-.75.75h-7.5a.75.75 0 0 1-.75-.75V8a.75.75 0 0 1 .75-.75zm1.25 0V5.5a2.5 2.5 0 0 1 5 0v1.75" />
  ),
} as const satisfies Readonly<Record<string, () => ComponentChildren>>;

export type IconName = keyof typeof SHAPES;

/** The names of all icons. */
export const ICONS = Object.keys(SHAPES) as readonly IconName[];

export interface IconProps {
  readonly name: IconName;
  readonly class?: string | undefined;
}

/** An icon of 16 × 16 px in the colour of the text around it. Screen readers pass over it. */
export function Icon({ name, class: more }: IconProps) {
  return (
    <svg
      class={more === undefined ? "icon" : `icon ${more}`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[name]()}
    </svg>
  );
}
