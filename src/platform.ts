/**
 * The platform's own types that the public ones name. A program may be compiled with the DOM's types, with Node's or
 * with neither: where they are declared they are meant, elsewhere what the library uses of them.
 */

/** An AbortSignal: what says that something is to end. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S } }
  ? S
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: "abort", listener: () => void): void;
      removeEventListener(type: "abort", listener: () => void): void;
    };

/** A WebAssembly.Memory. */
export type WasmMemory = typeof globalThis extends { WebAssembly: { Memory: { prototype: infer M } } }
  ? M
  : { readonly buffer: ArrayBufferLike; grow(pages: number): number };

/** A Blob: bytes that are read when they are needed. A File, which a page gets of its user, is one with a name. */
export type FileBlob = typeof globalThis extends { Blob: { prototype: infer B } }
  ? B
  : {
      readonly size: number;
      slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
      arrayBuffer(): Promise<ArrayBuffer>;
    };

/** A Uint8Array with a buffer of its own: since TypeScript 5.7 a `Uint8Array<ArrayBuffer>`, which it was not before. */
export type Bytes = ReturnType<Uint8Array["slice"]>;
