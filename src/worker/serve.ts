/** The worker's side: it trains the models that a page sends. */
import { ConfigError } from "../errors.ts";
import { BestWeights, type Callback, EarlyStopping } from "../model/callbacks/index.ts";
import type { Model } from "../model/model.ts";
import { type LoadModelOptions, loadModel } from "../model/openModel.ts";
import { TrainingControl } from "./control.ts";
import { nodePort } from "./nodePort.ts";
import { type Port, type ToPage, type ToWorker, type TrainRequest, transferable } from "./protocol.ts";
import { fromSent } from "./samples.ts";
import { fromWire, toWire, type WireError } from "./wire.ts";

/** Layers, losses, … of one's own, which the worker has to know as well: see {@link LoadModelOptions}. */
export type ServeTrainingOptions = Omit<LoadModelOptions, "engine" | "threads">;

/** What has postMessage and onmessage: a worker's global scope, a MessagePort. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  start?(): void;
}

/**
 * Serves the trainings that `trainInWorker` asks for, in a worker of one's own: it needs no more than this.
 *
 *     // training.worker.js
 *     import { serveTraining } from "nnwasm";
 *     serveTraining({ layers: { lowRank: ({ rank }) => new LowRank(rank) } });
 *
 *     // in the page
 *     const worker = new Worker(new URL("./training.worker.js", import.meta.url), { type: "module" });
 *     const training = trainInWorker(model, samples, { worker, epochs: 20 });
 *
 * @param options layers, losses, metrics, optimizers, schedules, regularizers and initializers of one's own, as of loadModel().
 *   Default: none
 * @param port where the requests come from. Default: the worker's global scope; in Node its parentPort
 * @throws ConfigError where nobody can ask: on a page's main thread
 */
export function serveTraining(options: ServeTrainingOptions = {}, port?: MessagePortLike): void {
  if (port !== undefined) serve(overPort(port), options);
  else void nodePort().then((found) => serve(found ?? overPort(workerScope()), options));
}

/** @throws ConfigError if this is no worker */
function workerScope(): MessagePortLike {
  const scope = globalThis as unknown as Partial<MessagePortLike> & { readonly document?: unknown };
  if (typeof scope.postMessage === "function" && scope.document === undefined)
    return scope as MessagePortLike;
  throw new ConfigError("serveTraining: this is no worker. Call it in the script of one.");
}

export function overPort(port: MessagePortLike): Port {
  return {
    send: (message, transfer) => port.postMessage(message, [...transfer]),
    listen(onMessage) {
      port.addEventListener("message", ({ data }) => onMessage(data));
      port.start?.();
    },
  };
}

function serve(port: Port, options: ServeTrainingOptions): void {
  const say = (message: ToPage, transfer: readonly ArrayBuffer[] = []) => port.send(message, transfer);
  let underWay: Served | undefined;
  port.listen((given) => {
    const message = given as ToWorker;
    if (message.type === "hello") return say({ type: "ready" });
    if (message.type !== "train") return underWay?.hear(message);
    if (underWay !== undefined) {
      const error = new ConfigError("trainInWorker: the worker is training another model. Await its end.");
      return say({ type: "failed", error: toWire(error) });
    }
    underWay = new Served(message, options, say);
    void underWay.train().finally(() => {
      underWay = undefined;
    });
  });
  say({ type: "ready" });
}

/** A training that was asked for. */
class Served {
  readonly #request: TrainRequest;
  readonly #options: ServeTrainingOptions;
  readonly #say: (message: ToPage, transfer?: readonly ArrayBuffer[]) => void;
  readonly #control: TrainingControl;
  #model: Model | undefined;
  #kept: ((error: WireError | undefined) => void) | undefined;

  constructor(
    request: TrainRequest,
    options: ServeTrainingOptions,
    say: (message: ToPage, transfer?: readonly ArrayBuffer[]) => void,
  ) {
    this.#request = request;
    this.#options = options;
    this.#say = say;
    const events = {
      onProgress: (report: Extract<ToPage, { type: "progress" }>["report"]) =>
        say({ type: "progress", report }),
      onPaused: (report: Extract<ToPage, { type: "paused" }>["report"]) => say({ type: "paused", report }),
    };
    this.#control = new TrainingControl(events, request.paused);
  }

  hear(message: Exclude<ToWorker, TrainRequest>): void {
    const control = this.#control;
    if (message.type === "pause") control.pause();
    else if (message.type === "run") control.run();
    else if (message.type === "step") control.step(message.steps);
    else if (message.type === "cancel") control.cancel();
    else if (message.type === "kept") this.#kept?.(message.error);
    else if (message.type === "snapshot") this.#snapshot(message.id);
  }

  #snapshot(id: number): void {
    try {
      if (this.#model === undefined) throw new ConfigError("snapshot: the training has not begun yet.");
      const model = this.#model.toBytes();
      this.#say({ type: "snapshot", id, model }, transferable([model]));
    } catch (error) {
      this.#say({ type: "refused", id, error: toWire(error) });
    }
  }

  async train(): Promise<void> {
    const { model: file, engine, threads } = this.#request;
    let model: Model | undefined;
    try {
      model = (await loadModel(file, { ...this.#options, engine, threads })) as unknown as Model;
      this.#model = model;
      const history = await this.#fit(model);
      const bytes = model.toBytes();
      this.#say({ type: "done", model: bytes, history }, transferable([bytes]));
    } catch (error) {
      this.#say({ type: "failed", error: toWire(error) });
    } finally {
      this.#model = undefined;
      await model?.close();
    }
  }

  #fit(model: Model) {
    const { training, validation, fit, checkpoint } = this.#request;
    return model.fit(fromSent(training), {
      ...fit,
      ...(validation && { validation: fromSent(validation) }),
      callbacks: this.#callbacks(),
      signal: this.#control.signal,
      onThreads: (report) => this.#say({ type: "threads", ...report }),
      onEpoch: (row) => this.#say({ type: "epoch", row }),
      ...(checkpoint && {
        checkpoint: {
          ...checkpoint,
          save: async (bytes, { epochs }) => {
            const kept = new Promise<WireError | undefined>((resolve) => {
              this.#kept = resolve;
            });
            this.#say({ type: "checkpoint", bytes, epochs }, transferable([bytes]));
            const error = await kept;
            if (error !== undefined) throw fromWire(error);
          },
        },
      }),
    });
  }

  #callbacks(): Callback[] {
    const { earlyStopping, bestWeights } = this.#request;
    return [
      ...(earlyStopping ? [new EarlyStopping(earlyStopping)] : []),
      ...(bestWeights ? [new BestWeights(bestWeights)] : []),
      this.#control,
    ];
  }
}
