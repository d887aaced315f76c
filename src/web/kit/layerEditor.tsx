/**
 * The hidden layers as bars, from the input to the output: added, removed, resized and moved with the pointer or by keys. What
 * happens is said to screen readers.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { counted } from "../../format/words.ts";
import { announce } from "./announce.ts";
import { Button } from "./button.tsx";
import { wholeText } from "./format.ts";
import { LayerRow } from "./layerRow.tsx";
import { barShare } from "./layerScale.ts";

export interface LayerEditorProps {
  /** Units of the hidden layers, the first at the input. None: a linear model. */
  readonly layers: readonly number[];
  readonly onChange: (layers: readonly number[]) => void;
  readonly inputs: { readonly count: number; readonly label: string };
  readonly outputs: { readonly count: number; readonly label: string };
  /** What every hidden layer has besides its units, such as "BN" and "ReLU": small marks on the bars. */
  readonly marks?: readonly string[] | undefined;
  /** The network in a sentence: "3,072 → 50 → 30 → 10: 156,000 parameters". */
  readonly summary: string;
  /** Default: 20. */
  readonly maxLayers?: number | undefined;
  /** Default: 4096. */
  readonly maxUnits?: number | undefined;
  /** Units of the first layer that is added. Default: 16. */
  readonly firstUnits?: number | undefined;
  readonly disabled?: boolean | undefined;
}

/** A key for each layer that goes with it when it moves, so that focus and bars do, too. */
function useKeys(count: number) {
  const keys = useRef<number[]>([]);
  const next = useRef(0);
  while (keys.current.length < count) keys.current.push(next.current++);
  if (keys.current.length > count) keys.current.length = count;
  return keys.current;
}

const moved = <T,>(list: readonly T[], from: number, to: number): T[] => {
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
};

/** What can be done with the layers, each with its words for screen readers and the focus that follows. */
function useLayers({ layers, onChange, firstUnits = 16 }: LayerEditorProps) {
  const list = useRef<HTMLOListElement>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const focus = useRef<{ index: number; part: string }>(undefined);
  const keys = useKeys(layers.length);
  useLayoutEffect(() => {
    const wanted = focus.current;
    focus.current = undefined;
    if (wanted === undefined) return;
    const row = list.current?.querySelector(`[data-index="${wanted.index}"]`);
    const part = row?.querySelector<HTMLElement>(`[data-part="${wanted.part}"]`);
    const target = part?.matches("span") ? part.querySelector("button") : part;
    if (target) target.focus();
    else adder.current?.focus();
  });
  const partInFocus = () =>
    document.activeElement?.closest<HTMLElement>("[data-part]")?.dataset.part ?? "handle";
  return {
    ...{ list, adder, keys },
    resize(index: number, units: number) {
      if (units === layers[index]) return;
      onChange(layers.with(index, units));
    },
    add() {
      const units = layers.at(-1) ?? firstUnits;
      focus.current = { index: layers.length, part: "units" };
      onChange([...layers, units]);
      announce(`Layer ${layers.length + 1} of ${layers.length + 1} added, with ${counted(units, "unit")}`);
    },
    remove(index: number) {
      focus.current = { index: Math.min(index, layers.length - 2), part: partInFocus() };
      keys.splice(index, 1);
      onChange(layers.toSpliced(index, 1));
      announce(`Layer ${index + 1} removed, ${counted(layers.length - 1, "layer")} left`);
    },
    move(index: number, by: number, refocus = true) {
      const to = Math.min(layers.length - 1, Math.max(0, index + by));
      if (to === index) {
        announce(by < 0 ? "This is the first layer" : "This is the last layer");
        return;
      }
      if (refocus) focus.current = { index: to, part: partInFocus() };
      keys.splice(0, keys.length, ...moved(keys, index, to));
      onChange(moved(layers, index, to));
      announce(`Layer moved to place ${to + 1} of ${layers.length}`);
    },
  };
}

/** Moving a layer with the pointer: it changes places as soon as the pointer is over another one. */
function useDragging(
  list: { current: HTMLOListElement | null },
  move: (from: number, by: number, refocus: boolean) => void,
) {
  const [dragged, setDragged] = useState<number>();
  const latest = useRef(move);
  latest.current = move;
  const grab = (index: number, event: PointerEvent) => {
    if (event.button !== 0) return;
    let at = index;
    setDragged(at);
    const onMove = ({ clientY }: PointerEvent) => {
      const rows = [...(list.current?.children ?? [])];
      const over = rows.findIndex((row) => clientY < row.getBoundingClientRect().bottom);
      const to = over < 0 ? rows.length - 1 : over;
      if (to === at) return;
      latest.current(at, to - at, false);
      at = to;
      setDragged(at);
    };
    const onEnd = () => {
      setDragged(undefined);
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onEnd);
      window.removeEventListener("pointercancel", onEnd);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onEnd);
    window.addEventListener("pointercancel", onEnd);
  };
  return { dragged, grab };
}

/** The input's or the output's bar, which nobody changes here. */
const End = ({ count, label, widest }: { count: number; label: string; widest: number }) => (
  <div class="layer layer-end">
    <div class="layer-track">
      <div class="layer-bar" style={{ width: `${100 * barShare(count, widest)}%` }} />
      <span class="layer-marks">{label}</span>
    </div>
    <span class="layer-count">{wholeText(count)}</span>
  </div>
);

export function LayerEditor(props: LayerEditorProps) {
  const { layers, inputs, outputs, marks = [], summary, disabled = false } = props;
  const { maxLayers = 20, maxUnits = 4096 } = props;
  const { list, adder, keys, resize, add, remove, move } = useLayers(props);
  const { dragged, grab } = useDragging(list, move);
  const natural = Math.max(256, inputs.count, outputs.count, ...layers);
  const [held, setHeld] = useState<number>();
  const widest = held ?? natural;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a legend could not stand where the panel's title does
    <div class="layers" role="group" aria-label="Hidden layers">
      <End count={inputs.count} label={inputs.label} widest={widest} />
      <ol class="layer-list" ref={list}>
        {layers.map((units, index) => (
          <LayerRow
            key={keys[index]}
            {...{ index, units, widest, marks, disabled }}
            count={layers.length}
            limits={{ min: 1, max: maxUnits }}
            removable
            dragged={dragged === index}
            onUnits={(value) => resize(index, value)}
            onResizing={(resizing) => setHeld(resizing ? natural : undefined)}
            onRemove={() => remove(index)}
            onMove={(by) => move(index, by)}
            onGrab={(event) => grab(index, event)}
          />
        ))}
      </ol>
      <End count={outputs.count} label={outputs.label} widest={widest} />
      <div class="layers-foot">
        <p class="layers-summary">{summary}</p>
        <Button
          small
          icon="add"
          buttonRef={adder}
          disabled={disabled || layers.length >= maxLayers}
          onClick={add}
        >
          Add layer
        </Button>
      </div>
    </div>
  );
}
