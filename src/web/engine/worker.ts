/** The worker that trains for the page, so that the page stays free for its user. */
import { Dense, Model } from "../../index.ts";

const model = await new Model([new Dense(2)], { threads: "auto" }).build(2);
postMessage({ type: "ready", parameters: model.parameterCount(2) });
