import { afterAll, beforeAll } from "vitest";
import { postgresEngine } from "../../src/queue/bullmq/postgres.ts";
import { redisEngine } from "../../src/queue/bullmq/redis.ts";
import { contractOf } from "./contract.ts";
import { noPostgres, noRedis, type Server, startPostgres, startRedis } from "./servers.ts";

let redis: Server | undefined;
let postgres: Server | undefined;

beforeAll(async () => {
  redis = noRedis === undefined ? await startRedis() : undefined;
  postgres = noPostgres === undefined ? await startPostgres() : undefined;
});

afterAll(async () => {
  await redis?.close();
  await postgres?.close();
});

contractOf("Redis", redisEngine, () => redis!.url, noRedis);
contractOf("PostgreSQL", postgresEngine, () => postgres!.url, noPostgres);
