/** The worker that trains for the page, so that the page stays free for its user. */
import { Dense, Model } from "../../index.ts";

const threads = typeof SharedArrayBuffer === "undefined" ? 1 : 2;
const model = await new Model([new Dense(2)], { threads }).build(2);
postMessage({ type: "ready", threads: model.threads });
