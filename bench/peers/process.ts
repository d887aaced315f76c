/** A contender in a process of its own, which computes only while it is asked to. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Introduction } from "./shared/settings.ts";

/** How a program is started. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Seconds that an answer may take: the slowest peer's steps of the wide network take ten. */
const PATIENCE = 300;
/** Characters of the program's complaints that are kept. */
const COMPLAINTS = 8192;

interface Question {
  readonly answer: (value: unknown) => void;
  readonly refuse: (error: Error) => void;
}

export class ContenderProcess {
  readonly introduction: Introduction;
  readonly #conversation: Conversation;

  private constructor(conversation: Conversation, introduction: Introduction) {
    this.#conversation = conversation;
    this.introduction = introduction;
  }

  /** @throws Error with the reason in one line if the program does not introduce itself */
  static async start(launch: Launch, patience = PATIENCE): Promise<ContenderProcess> {
    const conversation = new Conversation(launch);
    try {
      const introduction = (await conversation.listen(patience)) as Introduction;
      return new ContenderProcess(conversation, introduction);
    } catch (error) {
      await conversation.end();
      throw error;
    }
  }

  /** @throws Error with the reason in one line if the program ends, or does not answer in time */
  async ask<T>(line: string, patience = PATIENCE): Promise<T> {
    this.#conversation.say(line);
    return (await this.#conversation.listen(patience)) as T;
  }

  /** Ends the program. */
  end(): Promise<void> {
    return this.#conversation.end();
  }
}

class Conversation {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #answers: unknown[] = [];
  #question: Question | undefined;
  #complaints = "";
  #failure: Error | undefined;

  constructor({ command, args, env }: Launch) {
    const child = spawn(command, args, { env: env as NodeJS.ProcessEnv, stdio: "pipe" });
    this.#child = child;
    const killed = () => child.kill("SIGKILL");
    process.once("exit", killed);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-COMPLAINTS);
    });
    // An error here means that the program has ended, which is told elsewhere.
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => {
      const answer = parse(line);
      if (answer === undefined) return;
      if (this.#question === undefined) this.#answers.push(answer);
      else this.#settle(({ answer: resolve }) => resolve(answer));
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string) => {
        process.off("exit", killed);
        this.#failure ??= new Error(reason);
        this.#settle(({ refuse }) => refuse(this.#failure!));
        resolve();
      };
      child.on("error", (error) => end(error.message));
      child.on("close", (code, signal) => {
        end(complaint(this.#complaints) ?? `it ended with ${signal ?? `exit code ${code}`}`);
      });
    });
  }

  say(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  listen(patience: number): Promise<unknown> {
    if (this.#answers.length > 0) return Promise.resolve(this.#answers.shift());
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#failure = new Error(`it gave no answer within ${patience} s`);
        this.#settle(({ refuse }) => refuse(this.#failure!));
        this.#child.kill("SIGKILL");
      }, patience * 1000);
      this.#question = {
        answer: (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #settle(how: (question: Question) => void): void {
    const question = this.#question;
    this.#question = undefined;
    if (question !== undefined) how(question);
  }
}

/** Parses a line of stdout. Libraries greet there, so a line that is not JSON is not for us. */
function parse(line: string): unknown {
  if (!/^[[{]/.test(line)) return undefined;
  try {
    // Python writes NaN as a word that JSON does not have.
    return JSON.parse(line.replace(/\bNaN\b|-?\bInfinity\b/g, "null"));
  } catch {
    return undefined;
  }
}

/** The line that says what went wrong. In a stack trace, it is the line with the error. */
export function complaint(text: string): string | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  return (
    lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines.findLast((line) => line !== "")
  );
}
