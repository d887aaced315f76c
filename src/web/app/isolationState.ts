/** Whether the page can train in threads, as a signal. */
import { signal } from "@preact/signals";
import { isolation } from "../isolation.ts";

export const isolationState = signal(isolation());
