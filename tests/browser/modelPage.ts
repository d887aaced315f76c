/** What the browser runs: it makes models' files, opens them, and tries to save one by a path. */
import * as nnwasm from "../../src/index.ts";
import { FILES, modelFiles, type Opened } from "../compat/hashes/model.mjs";

/** What the test is told. */
export interface ModelResults {
  /** The files' bytes, and what they say. */
  readonly files: readonly { readonly bytes: readonly number[]; readonly opened: Opened }[];
  readonly refusals: readonly string[];
}

async function run(): Promise<ModelResults> {
  const { make, open } = modelFiles(nnwasm);
  const files: { bytes: number[]; opened: Opened }[] = [];
  for (const [type, dtype] of FILES) {
    // As a page has it that fetches the file.
    const bytes = await new Response(new Blob([(await make(type, dtype)) as BlobPart])).arrayBuffer();
    files.push({ bytes: [...new Uint8Array(bytes)], opened: await open(new Uint8Array(bytes), type) });
  }
  const model = await nnwasm.loadModel(Uint8Array.from(files[0]!.bytes));
  const message = (error: unknown) => String(error);
  const refusals = [
    await model.save("model.safetensors").then(() => "saved", message),
    await nnwasm.loadModel("model.safetensors").then(() => "opened", message),
  ];
  return { files, refusals };
}

const results = await run().catch((error) => ({ error: String(error) }));
await fetch("results", { method: "POST", body: JSON.stringify(results) });
