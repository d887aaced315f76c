/** The worker that trains for the page, so that the page stays free for its user. */
import { expose } from "comlink";
import { PlaygroundEngine } from "./engine.ts";

expose(new PlaygroundEngine());
