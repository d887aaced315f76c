/** What was understood of images, in lines for a terminal. */
import type { ImageUnderstanding } from "../../data/imageFolder.ts";
import { thousands } from "../../format/numbers.ts";
import { tableLines } from "../../format/tables.ts";
import { counted } from "../../format/words.ts";
import { wrapped } from "../../format/wrap.ts";
import { printable } from "../text.ts";

interface ClassCount {
  readonly name: string;
  readonly count: number;
}

/** Classes that are shown at most. */
const MOST_CLASSES = 50;

const many = (count: number, noun: string): string => counted(count, noun).replace(/^\d+/, thousands(count));

function classLines(classes: readonly ClassCount[]): string[] {
  const rows = classes.slice(0, MOST_CLASSES).map(({ name, count }) => [printable(name), thousands(count)]);
  const left = classes.length - rows.length;
  return [
    ...tableLines([["class", "images"], ...rows], ["left", "right"]),
    ...(left > 0 ? [`… and ${thousands(left)} more`] : []),
  ];
}

/** The lines of a folder of images: its parts, with the classes of the first. */
export function imagesText(
  sets: readonly { readonly name: string; readonly images: ImageUnderstanding }[],
  width: number,
): string[] {
  return sets.flatMap(({ name, images }, i) => {
    const formats = images.formats.map(({ format, count }) => `${thousands(count)} ${format}`).join(", ");
    const sizes = images.sizes.slice(0, 3).map((size) => `${size.width} × ${size.height}`);
    const others = images.differentSizes - sizes.length;
    const inSizes = `${sizes.join(", ")}${others > 0 ? `, ${counted(others, "other size")}` : ""}`;
    const head = `${name}: ${many(images.images, "image")} (${formats}) of ${inSizes}, ${images.classes.length} classes`;
    const broken = images.broken.map(({ file, reason }) => `Cannot be read: ${file}: ${reason}`);
    const more = images.brokenImages - images.broken.length;
    const leftOut = images.leftOut.map(
      ({ ending, count }) => `${thousands(count)} ${ending === "" ? "without an end" : ending}`,
    );
    const notes = [
      ...(leftOut.length > 0 ? [`Left out: ${leftOut.join(", ")}.`] : []),
      ...broken,
      ...(more > 0 ? [`… and ${many(more, "image")} more that cannot be read.`] : []),
      ...images.warnings.map((warning) => `Note: ${warning}`),
    ];
    return [
      ...(i > 0 ? [""] : []),
      ...wrapped(printable(head), width, "  "),
      "",
      ...classLines(images.classes),
      ...(notes.length > 0 ? ["", ...notes.flatMap((note) => wrapped(printable(note), width, "  "))] : []),
    ];
  });
}

/** The lines of an array of images with its labels. */
export function arraysText(
  {
    name,
    format,
    count,
    shape,
    labels,
    classes,
  }: {
    readonly name: string;
    readonly format: string;
    readonly count: number;
    readonly shape: readonly number[];
    readonly labels: string | null;
    readonly classes: readonly ClassCount[];
  },
  width: number,
): string[] {
  const [channels, height, side] = shape;
  const what =
    shape.length === 3
      ? `${many(count, "image")} of ${side} × ${height}, ${counted(channels!, "channel")}`
      : `${many(count, "row")} of ${shape.join(" × ")}`;
  const beside =
    labels === null
      ? "no labels beside it: --target FILE names theirs"
      : `${counted(classes.length, "label")} in ${labels}`;
  return [
    ...wrapped(printable(`${name}: ${format}, ${what}; ${beside}`), width, "  "),
    ...(classes.length > 0 ? ["", ...classLines(classes)] : []),
  ];
}
