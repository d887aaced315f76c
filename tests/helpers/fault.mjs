// Loaded before the program, by NODE_OPTIONS: makes calls of node:fs/promises fail, or ends the process in one.
//   NNWASM_TEST_FAULT="rename /plots/ ENOSPC"   every rename() of or to such a path fails so
//   NNWASM_TEST_KILL=7                          the process is killed before its eighth call that changes or opens something
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const [call, path, code] = (process.env.NNWASM_TEST_FAULT ?? "").split(" ");
const last = Number(process.env.NNWASM_TEST_KILL ?? Number.POSITIVE_INFINITY);
let calls = 0;
for (const name of ["mkdir", "open", "rename", "rm", "rmdir", "unlink"]) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (calls++ === last) process.kill(process.pid, "SIGKILL");
    if (name !== call || !args.some((arg) => typeof arg === "string" && arg.includes(path))) {
      return original(...args);
    }
    return Promise.reject(Object.assign(new Error(`${code}: injected`), { code, syscall: name }));
  };
}
syncBuiltinESMExports();
