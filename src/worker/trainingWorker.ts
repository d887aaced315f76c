/** The script of the worker that trainInWorker() has by default. */
import { serveTraining } from "./serve.ts";

serveTraining();
