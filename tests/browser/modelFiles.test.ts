/** Models' files in Chromium: the bytes of Node's, and what they say. Skipped where there is no Chromium. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import * as nnwasm from "../../src/index.ts";
import { FILES, modelFiles } from "../compat/hashes/model.mjs";
import { chromium, nowhere, withChromium } from "./chromium.ts";
import type { ModelResults } from "./modelPage.ts";
import { bundle, serve } from "./serve.ts";

describe.skipIf(chromium === undefined)(`models' files in Chromium${nowhere}`, () => {
  let server: Server | undefined;
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it("are Node's, byte by byte, and say the same there; a path is refused with advice", async () => {
    let onResults: (results: ModelResults) => void;
    const results = new Promise<ModelResults>((resolve) => {
      onResults = resolve;
    });
    server = await serve<ModelResults>(await bundle("modelPage.ts"), (posted) => onResults(posted));
    const { port } = server.address() as AddressInfo;
    const { files, refusals } = await withChromium(`http://127.0.0.1:${port}/plain/`, results);
    const { make, open } = modelFiles(nnwasm);
    for (const [i, [type, dtype]] of FILES.entries()) {
      const bytes = await make(type, dtype);
      expect(files[i]).toEqual(
        JSON.parse(JSON.stringify({ bytes: Array.from(bytes), opened: await open(bytes, type) })),
      );
    }
    expect(refusals).toEqual([
      "FileError: model.safetensors cannot be written: there are no files here, as in a browser. " +
        "Take Model.toBytes(), and offer it as a download: new Blob([bytes]), URL.createObjectURL().",
      "FileError: model.safetensors cannot be read: there are no files here, as in a browser. " +
        "Give loadModel() its File, or its bytes.",
    ]);
  });
});
