/** In the browser's build: there are no files. */
import { fileSystem } from "../files/fileSystem.ts";
import type * as node from "./imageFolder.ts";

/** Rejects, as {@link fileSystem} does there. */
export const openImageFolder: typeof node.openImageFolder = (path) => fileSystem(path) as Promise<never>;

/** Rejects, as {@link fileSystem} does there. */
export const openImageDataset: typeof node.openImageDataset = (path) => fileSystem(path) as Promise<never>;
