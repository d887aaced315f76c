import { expect, test } from "vitest";
import { startProxy } from "./proxy.ts";
import { noPostgres, noRedis, redisCommand, startPostgres, startRedis } from "./servers.ts";

test.skipIf(noRedis)("a Redis keeps its keys over a restart if it has an append-only file", async () => {
  for (const appendOnly of [true, false]) {
    const server = await startRedis({ appendOnly, password: "pw" });
    try {
      expect(await redisCommand(server, "SET a 1")).toContain("OK");
      await server.restart("SIGKILL");
      expect(await redisCommand(server, "EXISTS a")).toContain(appendOnly ? ":1" : ":0");
    } finally {
      await server.close();
    }
  }
});

test.skipIf(noPostgres)(
  "a PostgreSQL starts again, and is reached through a proxy until it is cut",
  async () => {
    const { default: pg } = await import("pg");
    const server = await startPostgres();
    const proxy = await startProxy(server.url);
    const ask = async () => {
      const client = new pg.Client({ connectionString: proxy.url });
      client.on("error", () => {});
      try {
        await client.connect();
        return (await client.query("SELECT 1 AS one")).rows;
      } finally {
        await client.end().catch(() => {});
      }
    };
    try {
      await server.restart();
      expect(await ask()).toEqual([{ one: 1 }]);
      proxy.cut();
      await expect(ask()).rejects.toThrow();
      proxy.restore();
      expect(await ask()).toEqual([{ one: 1 }]);
    } finally {
      await proxy.close();
      await server.close();
    }
  },
);
