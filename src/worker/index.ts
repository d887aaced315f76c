/** Trainings in workers: their public side. */
export type { ProgressReport } from "./progress.ts";
export { type MessagePortLike, type ServeTrainingOptions, serveTraining } from "./serve.ts";
export { type TrainInWorkerOptions, trainInWorker, type WorkerTraining } from "./trainInWorker.ts";
export type { WorkerLike } from "./workerLike.ts";
