/** In the browser's build: there are no files. */
import { noFiles } from "./errors.ts";
import type * as node from "./modelFiles.ts";

export const readModelFile: typeof node.readModelFile = async (path) => {
  throw noFiles(path, "read", "Give loadModel() its File, or its bytes.");
};

export const writeModelFile: typeof node.writeModelFile = async (path) => {
  throw noFiles(
    path,
    "written",
    "Take Model.toBytes(), and offer it as a download: new Blob([bytes]), URL.createObjectURL().",
  );
};
