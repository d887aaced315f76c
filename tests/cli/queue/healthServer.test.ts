/** What orchestrators are told of a worker's health, in every state. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { type HealthServer, openHealthServer } from "../../../src/cli/queue/healthServer.ts";
import { WorkerState } from "../../../src/cli/queue/workerState.ts";

let state: WorkerState;
let server: HealthServer;
beforeEach(async () => {
  state = new WorkerState();
  server = await openHealthServer(state, "127.0.0.1", 0);
});
afterEach(() => server.close());

const told = async () => {
  const [alive, ready] = await Promise.all(
    ["healthz", "readyz"].map((path) => fetch(`${server.url}/${path}`)),
  );
  return { alive: alive!.status, ready: ready!.status, ...((await alive!.json()) as object) };
};
const begin = { type: "begin", job: "a", name: "trial 7", from: 2, to: 9, retries: 0 } as const;

it("starts, waits, trains, is in trouble, and ends", async () => {
  expect(await told()).toMatchObject({ alive: 200, ready: 503, state: "starting", done: 0 });
  state.hear({ type: "idle", since: Date.now() - 60_000 });
  expect(await told()).toMatchObject({ alive: 200, ready: 200, state: "idle", trainings: [] });
  expect(((await told()) as unknown as { idleSeconds: number }).idleSeconds).toBeGreaterThanOrEqual(59);
  state.hear(begin);
  state.hear({ type: "epoch", job: "a", name: "trial 7", epoch: 3, epochs: 9, stepsPerSecond: 10 });
  expect(await told()).toMatchObject({
    ...{ alive: 200, ready: 200, state: "training", idleSeconds: 0 },
    trainings: [{ name: "trial 7", epoch: 3, epochs: 9 }],
  });
  state.isInTrouble = true;
  expect(await told()).toMatchObject({ alive: 503, ready: 503, state: "in trouble" });
  state.isInTrouble = false;
  state.hear({ type: "end", job: "a", name: "trial 7", end: "answered", seconds: 1 });
  state.hear({ type: "end", job: "b", name: "trial 8", end: "back", seconds: 1 });
  state.isEnding = true;
  expect(await told()).toMatchObject({ alive: 200, ready: 503, state: "ending", trainings: [], done: 1 });
});

it("is not idle while data are being opened", async () => {
  state.hear({ type: "idle", since: Date.now() - 5000 });
  state.opening();
  state.hear({ type: "idle", since: Date.now() - 5000 });
  expect(await told()).toMatchObject({ state: "training", idleSeconds: 0 });
  state.opened();
  state.hear({ type: "idle", since: Date.now() });
  expect(await told()).toMatchObject({ state: "idle" });
});

it("does not begin at a port that another program has", async () => {
  const port = Number(new URL(server.url).port);
  await expect(openHealthServer(state, "127.0.0.1", port)).rejects.toThrow(
    `--health-port ${port}: another program has it. Give another one (0: any), or another --health-host.`,
  );
});
