/** A proxy of a server on this machine, whose connections a test cuts: for those behind it, the network is gone. */
import { connect, createServer, type Socket } from "node:net";

export interface Proxy {
  /** The URL of the server, by way of the proxy. */
  readonly url: string;
  readonly port: number;
  /** Cuts all connections; new ones are cut, too. */
  cut(): void;
  /** Lets new connections through again. */
  restore(): void;
  close(): Promise<void>;
}

export async function startProxy(url: string): Promise<Proxy> {
  const target = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((socket) => {
    keep(socket);
    if (isCut) {
      socket.destroy();
      return;
    }
    const other = connect(target, "127.0.0.1");
    keep(other);
    socket.on("close", () => other.destroy());
    other.on("close", () => socket.destroy());
    socket.pipe(other);
    other.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const through = new URL(url);
  through.port = `${port}`;
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    port,
    cut() {
      isCut = true;
      cutAll();
    },
    restore() {
      isCut = false;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cutAll();
      await closed;
    },
  };
}
