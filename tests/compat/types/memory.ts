/** With the DOM's types: a memory is a WebAssembly.Memory, tensors' bytes go into a Blob, a binary has an address. */
import { encodeSafetensors, type Residence, wasmBackend } from "nnwasm";
import url from "nnwasm/nnwasm.wasm";

export const memory: WebAssembly.Memory | undefined = wasmBackend({ shared: true }).memory;
export const blob = new Blob([encodeSafetensors([])]);
export const sizeOf = ({ memory }: Residence): number => memory.grow(0);
export const binary: Promise<Response> = fetch(new URL(url, "https://localhost/"));
