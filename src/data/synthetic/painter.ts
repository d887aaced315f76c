/**
 * Paints a synthetic image: a striped, shaded background, clutter, the shape that is to be recognised, some
 * more clutter over it, and grain.
 *
 * The images are hard in three ways. The shape is as often lighter as darker than its background: the mean image of
 * every class is the same grey, and a linear model stays near chance. Stripes, colours and grain hold most of the
 * variance and nothing of the class: features that were not learned keep little of the class, and a deep network whose
 * first layers learn slowly falls behind. Some shapes are too faint for anyone. Place, size and rotation vary by little,
 * as a dense network has to learn every place anew.
 *
 * Lightness is in steps of a pixel's 0 … 255; the loops over pixels count in integers of 1/256 step. Places are in
 * pixels, from the upper left corner of the image.
 */
import type { Random } from "../../random.ts";
import {
  CELLS_PER_UNIT,
  DISTANCE_SCALE,
  scrapTables,
  shapeTables,
  TABLE_BITS,
  TABLE_SIDE,
} from "./shapes.ts";

/** An image is SIDE × SIDE pixels … */
export const SIDE = 32;
const PIXELS = SIDE * SIDE;
/** … of red, green and blue, a plane each. */
export const CHANNELS = 3;
const GREEN = PIXELS;
const BLUE = 2 * PIXELS;

/** Writes an image of the class `label` to values[offset …], CHANNELS × SIDE × SIDE bytes. */
export type Painter = (values: Uint8Array, offset: number, label: number, random: Random) => void;

type Colour = readonly [red: number, green: number, blue: number];

/** Stripes as a triangle wave; phases count 2^-16 periods. */
interface Stripes {
  readonly phase: number;
  readonly perColumn: number;
  readonly perRow: number;
  /** How far they go up and down from the colour that they are on. */
  readonly amplitude: Colour;
}

interface Stamp {
  /** Where its table begins. */
  readonly table: number;
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  /** The tangent of half the angle of rotation: sine and cosine are then fractions. */
  readonly turn: number;
  readonly colour: Colour;
  readonly stripes: Stripes;
}

const PLAIN: Stripes = { phase: 0, perColumn: 0, perRow: 0, amplitude: [0, 0, 0] };

/** Uniform in [low, high). */
function between(random: Random, low: number, high: number): number {
  return low + (high - low) * (random.uint32() / 4294967296);
}

/** The integer below. `| 0` makes it an int32 for the engine: `Math.floor` alone gives a double. */
const floor = (value: number): number => Math.floor(value) | 0;

/** In 1/256 steps. */
const fixed = (value: number): number => floor(value * 256);

/** A colour of about this lightness. */
function colourOf(random: Random, lightness: number): Colour {
  return [
    lightness + between(random, -30, 30),
    lightness + between(random, -30, 30),
    lightness + between(random, -30, 30),
  ];
}

/** Stripes in any direction, 3 to 8 pixels from one to the next. */
function stripesOf(random: Random, strongest: number): Stripes {
  const frequency = 65536 * between(random, 0.12, 0.35);
  const turn = between(random, -1, 1);
  const along = floor((frequency * (1 - turn * turn)) / (1 + turn * turn));
  const across = floor((frequency * 2 * turn) / (1 + turn * turn));
  const steep = between(random, 0, 1) < 0.5;
  const strength = between(random, 0, strongest);
  return {
    phase: floor(between(random, 0, 65536)),
    perColumn: steep ? along : 0 - across, // not −0, which no integer register holds
    perRow: steep ? across : along,
    amplitude: [
      strength * between(random, 0.4, 1),
      strength * between(random, 0.4, 1),
      strength * between(random, 0.4, 1),
    ],
  };
}

/** The triangle wave at a phase: −2^14 … 2^14. */
const wave = (phase: number): number => Math.abs((phase & 65535) - 32768) - 16384;

/** Bits 0–4, 10–14 and 20–24. */
const EVERY_OTHER_FIVE = 0x01f07c1f;

/**
 * Makes a painter; its tables take some 20 ms. It is a closure over the arrays of its loops, not a class: an engine that
 * compiles it knows where the arrays are and how long, which takes a tenth off the time of an image.
 */
export function createPainter(): Painter {
  const shapes = shapeTables();
  const scraps = scrapTables();
  /** All tables, the scraps' first. */
  const tables = new Int16Array((scraps.length + shapes.length) * TABLE_SIDE * TABLE_SIDE);
  const beginOf = (index: number) => index * TABLE_SIDE * TABLE_SIDE;
  [...scraps, ...shapes].forEach((table, index) => {
    tables.set(table, beginOf(index));
  });
  /** The image in the making, (CHANNELS, SIDE, SIDE) in 1/256 steps; it may leave 0 … 255. */
  const canvas = new Int32Array(CHANNELS * PIXELS);
  const image = new Uint8Array(CHANNELS * PIXELS);
  /** The byte nearest to index − 1024. */
  const saturated = Uint8Array.from({ length: 2048 }, (_, index) => Math.min(255, Math.max(0, index - 1024)));

  /** Fills the canvas with `base`, shaded to a side, and stripes. */
  function background(random: Random, base: Colour): void {
    const redX = fixed(between(random, -1.5, 1.5));
    const greenX = fixed(between(random, -1.5, 1.5));
    const blueX = fixed(between(random, -1.5, 1.5));
    const redY = fixed(between(random, -1.5, 1.5));
    const greenY = fixed(between(random, -1.5, 1.5));
    const blueY = fixed(between(random, -1.5, 1.5));
    const { phase, perColumn, perRow, amplitude } = stripesOf(random, 80);
    const redWave = fixed(amplitude[0]);
    const greenWave = fixed(amplitude[1]);
    const blueWave = fixed(amplitude[2]);
    const half = SIDE / 2;
    for (let y = 0, i = 0; y < SIDE; y++) {
      let red = fixed(base[0]) + (y - half) * redY - half * redX;
      let green = fixed(base[1]) + (y - half) * greenY - half * greenX;
      let blue = fixed(base[2]) + (y - half) * blueY - half * blueX;
      let here = phase + y * perRow;
      for (const end = i + SIDE; i < end; i++) {
        const w = wave(here);
        canvas[i] = red + (Math.imul(w, redWave) >> 14);
        canvas[i + GREEN] = green + (Math.imul(w, greenWave) >> 14);
        canvas[i + BLUE] = blue + (Math.imul(w, blueWave) >> 14);
        red += redX;
        green += greenX;
        blue += blueX;
        here += perColumn;
      }
    }
  }

  /** Lays a shape over what is there, with smooth edges. */
  function stamp({ table, x: centreX, y: centreY, radiusX, radiusY, turn, colour, stripes }: Stamp): void {
    const cos = (1 - turn * turn) / (1 + turn * turn);
    const sin = (2 * turn) / (1 + turn * turn);
    // The pixels that it can reach: shapes are at most 1.15 in radius along either axis.
    const reachX = 1.15 * (Math.abs(cos) * radiusX + Math.abs(sin) * radiusY) + 0.5;
    const reachY = 1.15 * (Math.abs(sin) * radiusX + Math.abs(cos) * radiusY) + 0.5;
    const left = Math.max(0, floor(centreX - reachX));
    const right = Math.min(SIDE, floor(centreX + reachX) + 1);
    const top = Math.max(0, floor(centreY - reachY));
    const bottom = Math.min(SIDE, floor(centreY + reachY) + 1);
    // (u, v): a pixel's place in the table, in 2^-16 cells, and what a step right or down adds to it.
    const cell = 65536 * CELLS_PER_UNIT;
    const uRight = floor((cos / radiusX) * cell);
    const uDown = floor((sin / radiusX) * cell);
    const vRight = floor((-sin / radiusY) * cell);
    const vDown = floor((cos / radiusY) * cell);
    const fromX = left + 0.5 - centreX;
    const fromY = top + 0.5 - centreY;
    let u0 = floor(fromX * uRight + fromY * uDown) + 32768 * TABLE_SIDE;
    let v0 = floor(fromX * vRight + fromY * vDown) + 32768 * TABLE_SIDE;
    const toPixels = floor((65536 / DISTANCE_SCALE) * Math.min(radiusX, radiusY));
    const red = fixed(colour[0]);
    const green = fixed(colour[1]);
    const blue = fixed(colour[2]);
    const redWave = fixed(stripes.amplitude[0]);
    const greenWave = fixed(stripes.amplitude[1]);
    const blueWave = fixed(stripes.amplitude[2]);
    const { perColumn, perRow } = stripes;
    let phase0 = stripes.phase;
    for (let y = top; y < bottom; y++) {
      let u = u0;
      let v = v0;
      let phase = phase0;
      const end = y * SIDE + right;
      for (let i = y * SIDE + left; i < end; i++) {
        // Outside of the table, one of the two is negative or too large.
        if ((u | v) >>> (16 + TABLE_BITS) === 0) {
          const place = table + (((v >> 16) << TABLE_BITS) | (u >> 16));
          const distance = Math.imul(tables[place], toPixels); // 2^-16 pixels
          if (distance > -32768) {
            const cover = Math.min(256, (distance + 32768) >> 8);
            const w = wave(phase);
            const r = canvas[i];
            const g = canvas[i + GREEN];
            const b = canvas[i + BLUE];
            canvas[i] = r + (Math.imul(red + (Math.imul(w, redWave) >> 14) - r, cover) >> 8);
            canvas[i + GREEN] = g + (Math.imul(green + (Math.imul(w, greenWave) >> 14) - g, cover) >> 8);
            canvas[i + BLUE] = b + (Math.imul(blue + (Math.imul(w, blueWave) >> 14) - b, cover) >> 8);
          }
        }
        u += uRight;
        v += vRight;
        phase += perColumn;
      }
      u0 += uDown;
      v0 += vDown;
      phase0 += perRow;
    }
  }

  /** A small ellipse or rectangle, anywhere. */
  function clutter(random: Random, smallest: number, largest: number, colour: Colour): void {
    stamp({
      table: beginOf(between(random, 0, 1) < 0.5 ? 0 : 1),
      x: between(random, 0, SIDE),
      y: between(random, 0, SIDE),
      radiusX: between(random, smallest, largest),
      radiusY: between(random, smallest, largest),
      turn: between(random, -1, 1),
      colour,
      stripes: PLAIN,
    });
  }

  /** Adds grain, mostly of colour, and makes bytes of the canvas. */
  function develop(random: Random): void {
    const strength = fixed(between(random, 3, 4.2));
    const common = floor(strength * (-0.8 / 3)); // takes 0.8 of the three channels' mean away
    // The sums below are 31 each in the mean; 128 rounds; the rest is what `saturated` begins with.
    const zero = 128 - 31 * strength - 93 * common + 1024 * 256;
    let bits = random.uint32() | 1;
    for (let i = 0; i < PIXELS; i++) {
      // Marsaglia's xorshift ("Xorshift RNGs", 2003). 30 bits, in fives, make three sums of two, 0 … 62.
      bits ^= bits << 13;
      bits ^= bits >>> 17;
      bits ^= bits << 5;
      const sums = (bits & EVERY_OTHER_FIVE) + ((bits >> 5) & EVERY_OTHER_FIVE);
      const red = sums & 1023;
      const green = (sums >> 10) & 1023;
      const blue = sums >> 20;
      const rest = Math.imul(red + green + blue, common) + zero;
      image[i] = saturated[((canvas[i] + Math.imul(red, strength) + rest) >> 8) & 2047];
      image[i + GREEN] = saturated[((canvas[i + GREEN] + Math.imul(green, strength) + rest) >> 8) & 2047];
      image[i + BLUE] = saturated[((canvas[i + BLUE] + Math.imul(blue, strength) + rest) >> 8) & 2047];
    }
  }

  return (values, offset, label, random) => {
    const middle = between(random, 100, 156);
    const contrast = between(random, 7, 32) * (between(random, 0, 1) < 0.5 ? -1 : 1);
    background(random, colourOf(random, middle - contrast));
    for (let i = 0; i < 5; i++) {
      clutter(random, 1.5, 5, colourOf(random, middle - contrast * between(random, -0.2, 1.6)));
    }
    const radius = between(random, 8, 12);
    const stretch = between(random, 0.9, 1.1);
    stamp({
      table: beginOf(scraps.length + label),
      x: SIDE / 2 + between(random, -2.4, 2.4),
      y: SIDE / 2 + between(random, -2.4, 2.4),
      radiusX: radius * stretch,
      radiusY: radius / stretch,
      turn: between(random, -0.16, 0.16), // ±18°
      colour: colourOf(random, middle + contrast),
      stripes: stripesOf(random, 50),
    });
    for (let i = 0; i < 3; i++) clutter(random, 1, 2.5, colourOf(random, middle));
    develop(random);
    values.set(image, offset);
  };
}
