/** A sheet of n × n pixels to draw on, with the pointer or by arrow keys and space: for a model of images to guess. */
import { useRef, useState } from "preact/hooks";
import { announce } from "./announce.ts";
import { type Brush, brushed } from "./brush.ts";
import { Button } from "./button.tsx";
import { Canvas } from "./canvas.tsx";
import type { Colors } from "./colors.ts";
import { Segmented } from "./segmented.tsx";

export interface DrawPadProps {
  /** "Draw a digit". */
  readonly label: string;
  /** Pixels a side. */
  readonly size: number;
  /** n × n shares of ink from 0 to 1, row by row. */
  readonly value: Float32Array;
  /** Called with each stroke's movement. */
  readonly onChange: (value: Float32Array) => void;
  /** The side in CSS pixels. Default: 224. */
  readonly side?: number | undefined;
  readonly disabled?: boolean | undefined;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Radii of the brushes, as shares of the sheet. */
const BRUSHES = { fine: 0.035, broad: 0.06 } as const;
type BrushName = keyof typeof BRUSHES;

function draw(
  context: CanvasRenderingContext2D,
  palette: Colors,
  sheet: { value: Float32Array; size: number; side: number; cursor: Place | undefined },
) {
  const { value, size, side, cursor } = sheet;
  const each = side / size;
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, side, side);
  for (let i = 0; i < value.length; i++) {
    if (value[i] === 0) continue;
    context.globalAlpha = value[i]!;
    context.fillStyle = palette.ink;
    context.fillRect((i % size) * each, Math.floor(i / size) * each, each + 0.5, each + 0.5);
  }
  context.globalAlpha = 1;
  if (cursor === undefined) return;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  context.strokeRect(cursor.x * each - 1, cursor.y * each - 1, each + 2, each + 2);
}

/** Strokes of the pointer, with pieces in between where it moves fast. */
function usePointer(
  { size, side = 224, disabled }: DrawPadProps,
  stroke: (from: Place, to: Place, erase: boolean) => void,
) {
  const last = useRef<Place>(undefined);
  const placeOf = (event: PointerEvent & { currentTarget: HTMLElement }): Place => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / side) * size, y: ((event.clientY - box.top) / side) * size };
  };
  return {
    onPointerDown(event: PointerEvent & { currentTarget: HTMLElement }) {
      if (disabled || event.button > 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      last.current = placeOf(event);
      stroke(last.current, last.current, event.shiftKey);
    },
    onPointerMove(event: PointerEvent & { currentTarget: HTMLElement }) {
      if (last.current === undefined) return;
      const to = placeOf(event);
      stroke(last.current, to, event.shiftKey);
      last.current = to;
    },
    onLostPointerCapture() {
      last.current = undefined;
    },
  };
}

/** The keys: arrows move the cursor, with space held down they draw; Delete erases under it. */
function useKeys({ size, disabled }: DrawPadProps, stroke: (from: Place, to: Place, erase: boolean) => void) {
  const [cursor, setCursor] = useState<Place>();
  const [pen, setPen] = useState(false);
  const middle = Math.floor(size / 2);
  const center = (place: Place): Place => ({ x: place.x + 0.5, y: place.y + 0.5 });
  const onKeyDown = (event: KeyboardEvent) => {
    if (disabled) return;
    const at = cursor ?? { x: middle, y: middle };
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const clamp = (value: number) => Math.min(size - 1, Math.max(0, value));
      const next = { x: clamp(at.x + step[0]!), y: clamp(at.y + step[1]!) };
      setCursor(next);
      if (pen) stroke(center(at), center(next), false);
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (event.repeat) return;
      setPen(!pen);
      announce(pen ? "Pen up" : "Pen down");
      if (!pen) stroke(center(at), center(at), false);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      stroke(center(at), center(at), true);
    } else if (event.key === "Escape" && pen) {
      event.stopPropagation();
      setPen(false);
      announce("Pen up");
    }
  };
  return {
    ...{ cursor, pen, onKeyDown },
    onFocus: (event: FocusEvent & { currentTarget: HTMLElement }) => {
      if (event.currentTarget.matches(":focus-visible")) setCursor(cursor ?? { x: middle, y: middle });
    },
    onBlur: () => {
      setCursor(undefined);
      setPen(false);
    },
  };
}

export function DrawPad(props: DrawPadProps) {
  const { label, size, value, onChange, side = 224, disabled } = props;
  const [brush, setBrush] = useState<BrushName>("broad");
  const latest = useRef(value);
  latest.current = value;
  const stroke = (from: Place, to: Place, erase: boolean) => {
    const tool: Brush = { radius: BRUSHES[brush] * size, ink: erase ? 0 : 1 };
    const next = brushed(latest.current, size, from, to, tool);
    latest.current = next;
    onChange(next);
  };
  const pointer = usePointer(props, stroke);
  const { cursor, pen, ...keys } = useKeys(props, stroke);
  const empty = value.every((ink) => ink === 0);
  return (
    <div class="draw-pad">
      <div
        class={disabled ? "draw-sheet is-disabled" : "draw-sheet"}
        role="application"
        aria-roledescription="drawing sheet"
        aria-label={`${label}. Arrow keys move, space puts the pen down or lifts it, Delete erases.`}
        aria-disabled={disabled}
        tabIndex={disabled ? -1 : 0}
        style={{ width: `${side}px`, height: `${side}px` }}
        data-pen={pen || undefined}
        {...pointer}
        {...keys}
      >
        <Canvas
          width={side}
          height={side}
          draw={(context, palette) => draw(context, palette, { value, size, side, cursor })}
        />
        {empty && cursor === undefined && <span class="draw-hint">{label}</span>}
      </div>
      <div class="draw-tools">
        <Segmented
          label="Brush"
          labelHidden
          compact
          value={brush}
          disabled={disabled}
          choices={[
            { value: "fine", label: "Fine" },
            { value: "broad", label: "Broad" },
          ]}
          onChange={setBrush}
        />
        <Button small disabled={disabled || empty} onClick={() => onChange(new Float32Array(size * size))}>
          Clear
        </Button>
      </div>
    </div>
  );
}
