// Loaded before the program, by NODE_OPTIONS: makes calls of node:fs/promises fail, or ends the process in one.
//   NNWASM_TEST_FAULT="rename /plots/ ENOSPC 1" every rename() of or to such a path fails so, but for the first
//   NNWASM_TEST_KILL=7                          the process is killed before its eighth call that changes or opens something
//   NNWASM_TEST_WRITE="7 ENOSPC"                its eighth call that needs room fails so, a write after half of its bytes
//   NNWASM_TEST_WRITE="7+ EIO"                  so do all after it
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";

const { NNWASM_TEST_FAULT = "", NNWASM_TEST_KILL, NNWASM_TEST_WRITE } = process.env;
const [call, path, code, passed = "0"] = NNWASM_TEST_FAULT.split(" ");
let spared = Number(passed);
const last = Number(NNWASM_TEST_KILL ?? Number.POSITIVE_INFINITY);
const injected = (error, syscall) => Object.assign(new Error(`${error}: injected`), { code: error, syscall });

const [first, writeError] = (NNWASM_TEST_WRITE ?? "Infinity").split(" ");
const isLasting = first.endsWith("+");
let writes = 0;
/** Whether this call fails for want of room. The first that does is told on stderr. */
function isRefused() {
  const number = writes++;
  const wanted = Number.parseFloat(first);
  if (number === wanted) process.stderr.write("[fault]\n");
  return number === wanted || (isLasting && number > wanted);
}

let calls = 0;
for (const name of ["link", "mkdir", "open", "rename", "rm", "rmdir", "unlink"]) {
  const original = fs[name];
  const needsRoom = (args) =>
    name === "mkdir" || name === "rename" || (name === "open" && (args[1] ?? "r") !== "r");
  fs[name] = (...args) => {
    if (calls++ === last) process.kill(process.pid, "SIGKILL");
    if (NNWASM_TEST_WRITE !== undefined && needsRoom(args) && isRefused()) {
      return Promise.reject(injected(writeError, name));
    }
    if (name !== call || !args.some((arg) => typeof arg === "string" && arg.includes(path))) {
      return original(...args);
    }
    if (spared-- > 0) return original(...args);
    return Promise.reject(injected(code, name));
  };
}
syncBuiltinESMExports();

if (NNWASM_TEST_WRITE !== undefined) {
  const handle = await fs.open(fileURLToPath(import.meta.url), "r");
  const methods = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ["write", "writeFile", "sync", "truncate"]) {
    const original = methods[name];
    methods[name] = async function (...args) {
      if (!isRefused()) return await original.apply(this, args);
      if (name.startsWith("write")) await original.call(this, args[0].slice(0, args[0].length / 2));
      throw injected(writeError, name);
    };
  }
}
