/** Commands that are tried again for as long as it takes, and what is told of it: once when it begins, once when it is over. */

/** What it is about: each kind begins and ends by itself. */
type Kind = "connection" | "memory" | "command";

/** Milliseconds before a command is tried again: it doubles up to the longest. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5000;
/** Milliseconds between two looks whether a connection is back. */
const PROBE = 1000;

/** The other end was closed here. */
export class Closed extends Error {
  override readonly name = "Closed";

  constructor() {
    super("The queue was closed.");
  }
}

export interface TroubleOptions {
  /** The server's URL, as it may be shown. */
  readonly shown: string;
  readonly withoutSecrets: (text: string) => string;
  readonly onTrouble: ((text: string, isOver?: boolean) => void) | undefined;
  /** A command that changes nothing: if it succeeds, the connection is back. */
  readonly probe: () => Promise<unknown>;
}

export class Trouble {
  readonly #options: TroubleOptions;
  readonly #begun = new Set<Kind>();
  readonly #closed = new AbortController();
  #told = new Set<string>();

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** Ends all attempts: they throw Closed. */
  close(): void {
    this.#closed.abort();
  }

  /** Something to be known, told once. */
  notice(text: string): void {
    if (this.#told.has(text) || this.isClosed) return;
    this.#told.add(text);
    this.#options.onTrouble?.(text);
  }

  /** An error that a connection has told of by itself. Of others, the commands tell. */
  heard(error: Error): void {
    if (kindOf(error) === "connection") this.#begin("connection", error);
  }

  /**
   * What the command gives, however often it has to be tried.
   * @throws Closed; what BullMQ says of a job: that it is gone, or another worker's
   */
  async attempt<T>(command: () => Promise<T>): Promise<T> {
    let failed: Kind | undefined;
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      if (this.isClosed) throw new Closed();
      try {
        const result = await command();
        if (failed !== undefined) this.#end(failed);
        return result;
      } catch (error) {
        if (this.isClosed) throw new Closed();
        if (saysOfJob(error)) throw error;
        const kind = kindOf(error as Error);
        if (failed !== undefined && failed !== kind) this.#end(failed);
        failed = kind;
        this.#begin(kind, error as Error);
        await this.sleep(wait);
      }
    }
  }

  /** Resolves after so many milliseconds, or when it is closed, or a signal comes. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const closed = this.#closed.signal;
      const end = () => {
        clearTimeout(timer);
        closed.removeEventListener("abort", end);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      closed.addEventListener("abort", end);
      signal?.addEventListener("abort", end);
      if (closed.aborted || signal?.aborted) end();
    });
  }

  #begin(kind: Kind, error: Error): void {
    if (this.#begun.has(kind) || this.isClosed) return;
    this.#begun.add(kind);
    const { shown, withoutSecrets, onTrouble } = this.#options;
    const what = {
      connection: "does not answer",
      memory: "has no memory left",
      command: "cannot do what it is asked for",
    }[kind];
    onTrouble?.(`${shown} ${what}: ${withoutSecrets(messageOf(error))}. It is tried again.`);
    if (kind === "connection") void this.#watch();
  }

  #end(kind: Kind): void {
    if (!this.#begun.delete(kind) || this.isClosed) return;
    const { shown, onTrouble } = this.#options;
    const what = { connection: "answers", memory: "has memory", command: "works" }[kind];
    onTrouble?.(`${shown} ${what} again.`, true);
  }

  async #watch(): Promise<void> {
    while (!this.isClosed && this.#begun.has("connection")) {
      await this.sleep(PROBE);
      const isBack = await this.#options.probe().then(
        () => true,
        () => false,
      );
      if (isBack) this.#end("connection");
    }
  }
}

/** BullMQ's own errors have a negative number: the job is gone, or its lock is another's. */
export function saysOfJob(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === "number";
}

const CONNECTION =
  /ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET|Connection (is closed|terminated)|Socket (closed|timeout)|Stream isn't writeable|timeout exceeded|Client has encountered|Query read timeout|terminating connection|the database system is|LOADING|MASTERDOWN|not queryable/;

function kindOf(error: Error): Kind {
  const { code } = error as { code?: unknown };
  const text = `${typeof code === "string" ? code : ""} ${messageOf(error)}`;
  // 53: PostgreSQL's lack of memory, of disk, of connections.
  if (/\bOOM\b|^53/.test(text)) return "memory";
  // 08: connections; 57P: it is being shut down, or starts.
  return CONNECTION.test(text) || /^(08|57P)/.test(text) ? "connection" : "command";
}

/** Node's errors of several addresses have a message in each of these only. */
export function messageOf(error: Error): string {
  const { errors } = error as AggregateError;
  const text = error.message || errors?.map(({ message }) => message).join(", ") || error.name;
  return text.replace(/\.?\s*$/, "").split("\n")[0]!;
}
