/** A canvas that is sharp on every screen, and is drawn again when its size or the theme changes. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Colors, colors } from "./colors.ts";

export interface CanvasProps {
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Draws everything, in CSS pixels, on an empty canvas. It is called after each render of the component that holds it. */
  readonly draw: (context: CanvasRenderingContext2D, colors: Colors) => void;
  readonly class?: string | undefined;
}

/** A picture for the eye: what it shows must also stand in words nearby. */
export function Canvas({ width, height, draw, class: name }: CanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const palette = colors.value;
  useLayoutEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context || width <= 0 || height <= 0) return;
    const ratio = window.devicePixelRatio || 1;
    const across = Math.round(width * ratio);
    const down = Math.round(height * ratio);
    if (canvas.width !== across) canvas.width = across;
    if (canvas.height !== down) canvas.height = down;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.save();
    draw(context, palette);
    context.restore();
  });
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: without a tabIndex nobody can focus it
    <canvas
      ref={ref}
      class={name}
      style={{ width: `${width}px`, height: `${height}px` }}
      aria-hidden="true"
    />
  );
}
