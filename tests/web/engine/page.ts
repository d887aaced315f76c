/** A page that trains when its test says so. */
import { trainSpirals } from "./training.ts";

Object.assign(globalThis, { trainSpirals });
