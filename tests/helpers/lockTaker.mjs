// A process that takes folders when it is told to. Messages: { take: folder } → "taken" or the error's message;
// { release: true } → "released".
import { FolderLock } from "../../dist/cli/folders/folderLock.js";

let lock;
process.on("message", async ({ take }) => {
  try {
    if (take !== undefined) lock = await FolderLock.take(take);
    else await lock.release();
    process.send(take === undefined ? "released" : "taken");
  } catch (error) {
    process.send(error instanceof Error ? error.message : String(error));
  }
});
process.send("ready");
