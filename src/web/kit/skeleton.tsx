/** The shape of what is being loaded. */

export interface SkeletonProps {
  /** Lines of text, of which the last is shorter. Default: 1. */
  readonly lines?: number | undefined;
  /** A block of this height in pixels instead of lines. */
  readonly height?: number | undefined;
  /** What is being loaded, for screen readers. Default: "Loading". */
  readonly label?: string | undefined;
}

export const Skeleton = ({ lines = 1, height, label = "Loading" }: SkeletonProps) => (
  <div class="skeleton" role="status">
    <span class="visually-hidden">{label}</span>
    {height === undefined ? (
      Array.from({ length: lines }, (_, i) => <span key={i} class="skeleton-line" />)
    ) : (
      <span class="skeleton-block" style={{ height: `${height}px` }} />
    )}
  </div>
);
