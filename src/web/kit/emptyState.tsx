/** What stands where nothing is yet: what will be here, and how it comes. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons.tsx";

export interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
  /** The height that will be taken later, in pixels, so that nothing moves then. */
  readonly height?: number | undefined;
}

export const EmptyState = ({ icon, title, children, action, height }: EmptyStateProps) => (
  <div class="empty" style={height === undefined ? undefined : { minHeight: `${height}px` }}>
    <span class="empty-icon">
      <Icon name={icon} />
    </span>
    <p class="empty-title">{title}</p>
    {children !== undefined && <p class="empty-text">{children}</p>}
    {action !== undefined && <div class="empty-action">{action}</div>}
  </div>
);
