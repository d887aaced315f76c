/** In the browser's build: there are no files. */
import { fileSystem } from "../files/fileSystem.ts";
import type * as node from "./mnist.ts";

/** Rejects, as {@link fileSystem} does there. */
export const mnist: typeof node.mnist = (folder) =>
  fileSystem(`${folder}/train-images-idx3-ubyte.gz`) as Promise<never>;
