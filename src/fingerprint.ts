/**
 * A fingerprint of bytes: 128 bits that differ if any byte, or the order, does. It finds mistakes and damage, not forgery.
 *
 * Sixteen lanes of 32 bits each take every sixteenth word of a block of 64 bytes, in the order in which blocks come:
 *
 *   lane ← rotate(lane + word · 2246822519, 13) · 2654435761          (a round of xxHash32, Collet 2012)
 *
 * A row begins a block; its last block is filled up with zeros.
 */

/** The words of a block, and of the state. */
export const LANES = 16;
const BLOCK_BYTES = 4 * LANES;
const FIRST = 0x9e3779b1 | 0; // 2654435761
const SECOND = 0x85ebca77 | 0; // 2246822519

/** The lanes before the first byte. */
export function newLanes(): Uint32Array<ArrayBuffer> {
  return new Uint32Array(LANES).map((_, i) => Math.imul(i + 1, FIRST));
}

/**
 * Adds rows of bytes to the lanes.
 * @param lanes (16), changed
 * @param bytes rows of `rowBytes` bytes each
 * @param rows the numbers of the rows, in the order in which they are added; default: all, in theirs
 */
export function addRows(lanes: Uint32Array, bytes: Uint8Array, rowBytes: number, rows?: Uint32Array): void {
  const count = rows?.length ?? (rowBytes === 0 ? 0 : bytes.length / rowBytes);
  const full = Math.floor(rowBytes / BLOCK_BYTES) * LANES;
  const rest = rowBytes % BLOCK_BYTES;
  const last = new Uint8Array(BLOCK_BYTES);
  const lastWords = new Uint32Array(last.buffer);
  const aligned = new Uint8Array(4 * full);
  for (let i = 0; i < count; i++) {
    const begin = (rows?.[i] ?? i) * rowBytes;
    if (full > 0) {
      let { buffer, byteOffset }: { buffer: ArrayBufferLike; byteOffset: number } = bytes;
      byteOffset += begin;
      if (byteOffset % 4 !== 0) {
        aligned.set(bytes.subarray(begin, begin + 4 * full));
        ({ buffer, byteOffset } = aligned);
      }
      addWords(lanes, new Uint32Array(buffer, byteOffset, full));
    }
    if (rest === 0) continue;
    last.set(bytes.subarray(begin + 4 * full, begin + rowBytes));
    addWords(lanes, lastWords);
  }
}

function addWords(lanes: Uint32Array, words: Uint32Array): void {
  for (let at = 0; at < words.length; at += LANES) {
    for (let lane = 0; lane < LANES; lane++) {
      const sum = lanes[lane]! + Math.imul(words[at + lane]!, SECOND);
      lanes[lane] = Math.imul((sum << 13) | (sum >>> 19), FIRST);
    }
  }
}

/** The fingerprint of what was added to the lanes: 32 digits in hexadecimal. */
export function digestOf(lanes: Uint32Array): string {
  const digest = new Uint32Array(4);
  for (let round = 0; round < 2; round++) {
    for (let lane = 0; lane < LANES; lane++) {
      for (let part = 0; part < 4; part++) {
        let x = digest[part]! ^ lanes[(lane + 4 * part) % LANES]!;
        x = Math.imul(x ^ (x >>> 16), FIRST) + lane + part;
        digest[part] = Math.imul(x ^ (x >>> 15), SECOND);
      }
    }
    digest[0]! ^= digest[3]!;
  }
  return Array.from(digest, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** The bytes of a typed array. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
