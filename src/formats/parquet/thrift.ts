/**
 * A look over bytes of Thrift's compact protocol before hyparquet makes objects of them: that they end, that lists are no longer
 * than the bytes that are left, that numbers are no longer than theirs, and how much there is.
 */

/** The most elements, of lists and structures together. Metadata of 1,000 columns in 100 row groups have 2,500,000. */
export const MOST_ELEMENTS = 6_000_000;
const MOST_DEPTH = 32;

/** The bytes end before the structure does: there may be more behind. */
export class ThriftEnd extends Error {}

/**
 * Walks over a structure.
 * @returns where it ends
 * @throws ThriftEnd if it does not end within the bytes; an Error if it is none
 */
export function skipThrift(bytes: Uint8Array, start: number): number {
  let at = start;
  let elements = 0;
  const byte = () => {
    if (at >= bytes.length) throw new ThriftEnd("a structure does not end");
    return bytes[at++]!;
  };
  /** A number of up to `most` bytes, 7 bits in each. */
  const varint = (most: number) => {
    let value = 0;
    for (let i = 0, factor = 1; i < most; i++, factor *= 128) {
      const next = byte();
      value += (next & 127) * factor;
      if (next < 128) return value;
    }
    throw new Error(`a number has more than ${most} bytes`);
  };
  const advance = (count: number) => {
    if (count > bytes.length - at) throw new ThriftEnd(`a text of ${count} bytes does not end`);
    at += count;
  };
  const value = (type: number, depth: number, inList: boolean): void => {
    if (++elements > MOST_ELEMENTS) throw new Error(`it has more than ${MOST_ELEMENTS} elements`);
    switch (type) {
      case 1:
      case 2:
        if (inList) byte();
        return;
      case 3:
        byte();
        return;
      case 4:
      case 5:
        varint(5);
        return;
      case 6:
        varint(10);
        return;
      case 7:
        advance(8);
        return;
      case 8:
        advance(varint(5));
        return;
      case 9: {
        const head = byte();
        const size = head >> 4 === 15 ? varint(5) : head >> 4;
        // Every element has a byte at least.
        if (size > bytes.length - at) throw new ThriftEnd(`a list of ${size} elements does not end`);
        for (let i = 0; i < size; i++) value(head & 15, depth + 1, true);
        return;
      }
      case 12:
        struct(depth + 1);
        return;
      default:
        throw new Error(`it has an element of type ${type}`);
    }
  };
  const struct = (depth: number): void => {
    if (depth > MOST_DEPTH) throw new Error(`its structures are nested more than ${MOST_DEPTH} deep`);
    for (;;) {
      const head = byte();
      if ((head & 15) === 0) return;
      if (head >> 4 === 0) varint(5);
      value(head & 15, depth, false);
    }
  };
  struct(0);
  return at;
}
