/** The playground's entry: draws the page. Its engines are workers. */
import { render } from "preact";
import { App } from "./app/app.tsx";
import { isolationState } from "./app/isolationState.ts";
import { Playground } from "./app/playground.ts";
import { isolation, registerServiceWorker } from "./isolation.ts";
import "./kit/kit.css";
import "./main.css";

const playground = new Playground();
render(<App playground={playground} />, document.getElementById("app")!);

void registerServiceWorker({ mayReload: () => !playground.isUnderWay.peek() }).then(() => {
  isolationState.value = isolation();
});
