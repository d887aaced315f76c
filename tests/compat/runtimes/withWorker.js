// A package's global Worker, which runs files and starts nothing from a Blob.
import Worker from "web-worker";

globalThis.Worker = Worker;
await import("./main.js");
