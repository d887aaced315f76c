/** In the browser's build: pages cannot set V8's flags. */
import type * as node from "./wide.ts";

export const wideSimd: typeof node.wideSimd = async () => ({
  width: "narrow",
  reason: "Pages cannot widen vectors.",
});
export const widen: typeof node.widen = async () => {};
