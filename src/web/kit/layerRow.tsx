/** One layer in the editor: its handle, its bar with an edge to drag, its units, and the button that removes it. */
import { useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { classes } from "./classes.ts";
import { wholeText } from "./format.ts";
import { Icon } from "./icons.tsx";
import { barShare, unitsAt } from "./layerScale.ts";
import { useNumberDraft } from "./numberField.tsx";

export interface LayerRowProps {
  readonly index: number;
  readonly count: number;
  readonly units: number;
  readonly limits: { readonly min: number; readonly max: number };
  /** The units of the longest bar. */
  readonly widest: number;
  /** What stands on the bar, such as "BN" and "ReLU". */
  readonly marks: readonly string[];
  readonly disabled: boolean;
  readonly dragged: boolean;
  readonly removable: boolean;
  readonly onUnits: (units: number) => void;
  /** The bar's edge is being dragged: the scale holds until it is let go. */
  readonly onResizing: (resizing: boolean) => void;
  readonly onRemove: () => void;
  readonly onMove: (by: number) => void;
  readonly onGrab: (event: PointerEvent) => void;
}

function Handle({ index, count, disabled, onMove, onGrab }: LayerRowProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1, Home: -index, End: count - 1 - index }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <button
      type="button"
      class="layer-handle"
      data-part="handle"
      aria-label={`Move layer ${index + 1}`}
      aria-keyshortcuts="ArrowUp ArrowDown"
      title="Drag, or press the arrow keys, to move"
      disabled={disabled || count < 2}
      onKeyDown={onKeyDown}
      onPointerDown={onGrab}
    >
      <Icon name="grip" />
    </button>
  );
}

function Bar({ index, units, limits, widest, marks, disabled, onUnits, onResizing }: LayerRowProps) {
  const track = useRef<HTMLDivElement>(null);
  const share = barShare(units, widest);
  const drag = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect();
    const next = unitsAt((event.clientX - box.left) / box.width, widest);
    onUnits(Math.min(limits.max, Math.max(limits.min, next)));
  };
  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (disabled || event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    onResizing(true);
  };
  const onPointerMove = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event);
  };
  return (
    <div class="layer-track" ref={track}>
      <div class="layer-bar" style={{ width: `${100 * share}%` }} />
      {/* They stand on the bar if it is long enough, else behind it. */}
      <span
        class="layer-marks"
        aria-hidden="true"
        style={{ left: share > 0.55 ? "6px" : `calc(${100 * share}% + 6px)` }}
      >
        {marks.map((mark) => (
          <span key={mark} class="layer-mark">
            {mark}
          </span>
        ))}
      </span>
      {/* By keyboard the number beside it does the same. */}
      <span
        class={classes("layer-edge", disabled && "is-disabled")}
        data-part="edge"
        data-layer={index}
        aria-hidden="true"
        style={{ left: `${100 * share}%` }}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onLostPointerCapture={() => onResizing(false)}
      />
    </div>
  );
}

function Units({ index, units, limits, marks, disabled, onUnits, onRemove, removable }: LayerRowProps) {
  const { text, problem, onKeyDown, onBlur, onInput } = useNumberDraft(units, onUnits, {
    ...limits,
    whole: true,
  });
  const keys = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    // Delete in an empty field takes the layer away; elsewhere it deletes a digit.
    if (removable && event.key === "Delete" && event.currentTarget.value === "") onRemove();
    else onKeyDown(event);
  };
  return (
    <span class="input layer-units">
      <input
        type="text"
        inputMode="numeric"
        role="spinbutton"
        data-part="units"
        autocomplete="off"
        aria-label={`Units of layer ${index + 1}${marks.length > 0 ? `, ${marks.join(", ")}` : ""}`}
        aria-valuenow={units}
        aria-valuemin={limits.min}
        aria-valuemax={limits.max}
        aria-valuetext={`${wholeText(units)} units`}
        aria-invalid={problem === undefined ? undefined : true}
        title={problem}
        value={text}
        disabled={disabled}
        onInput={onInput}
        onBlur={onBlur}
        onKeyDown={keys}
      />
    </span>
  );
}

export function LayerRow(props: LayerRowProps) {
  const { index, disabled, dragged, removable, onRemove, onMove } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || disabled || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    onMove(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <li class={classes("layer", dragged && "is-dragged")} data-index={index} onKeyDown={onKeyDown}>
      <Handle {...props} />
      <Bar {...props} />
      <Units {...props} />
      <span class="layer-remove" data-part="remove">
        <IconButton
          small
          icon="close"
          label={`Remove layer ${index + 1}`}
          disabled={disabled || !removable}
          onClick={onRemove}
        />
      </span>
    </li>
  );
}
