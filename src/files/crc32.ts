/** The check sum of ZIP archives and PNG (CRC-32, polynomial 0xedb88320). zlib has its own since Node 20.15. */

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

export class Crc32 {
  #rest = 0xffffffff;

  add(bytes: Uint8Array): void {
    let rest = this.#rest;
    for (let i = 0; i < bytes.length; i++) rest = table[(rest ^ bytes[i]!) & 255]! ^ (rest >>> 8);
    this.#rest = rest;
  }

  get value(): number {
    return (this.#rest ^ 0xffffffff) >>> 0;
  }
}
