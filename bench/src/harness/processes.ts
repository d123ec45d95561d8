/**
 * Processes of a measurement: pinned to the core of their side, ended by their id, and none of them left
 * behind when the harness ends, however it does.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import process from 'node:process';
import { hasProgram, pinned, type Side } from './cores.js';

const running = new Set<RunningProcess>();
/** For a process to be ready, or to answer a question. */
const PATIENCE_MS = 180_000;
/** What a process says on stderr is kept for the message of its failure. */
const KEPT_TEXT = 2000;

/** A process that has been started. */
export class RunningProcess {
  readonly child: ChildProcess;
  readonly name: string;
  readonly ended: Promise<number | null>;
  #said = '';

  constructor(command: readonly string[], side: Side) {
    const [file = '', ...args] = pinned(side, command);
    this.name = command.join(' ').slice(0, 200);
    this.child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin!.on('error', () => {});
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-KEPT_TEXT);
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        running.delete(this);
        resolve(code);
      });
      this.child.once('error', (error) => {
        this.#said += error.message;
        running.delete(this);
        resolve(null);
      });
    });
    running.add(this);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Rejects when the process has ended, with what it has said. */
  async failed(): Promise<never> {
    const code = await this.ended;
    const lines = this.#said.trim().split('\n');
    const why = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
    throw new Error(`${this.name} ended with ${code}: ${why}`);
  }

  /** Ends it, and waits until it has ended. */
  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Ends whatever still runs; for a harness that is interrupted. */
export function stopAll(): void {
  for (const each of running) each.child.kill('SIGKILL');
}

/** Waits for something, and no longer than anything of a measurement takes. */
export async function withPatience<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took too long`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a program of ours answers: figures by name. */
export type Figures = Readonly<Record<string, number>>;

/**
 * A process that is asked in lines and answers in lines: `ready` when it is, and then an object of
 * figures, as JSON, for each question.
 */
export class LineProcess extends RunningProcess {
  readonly #lines: string[] = [];
  #text = '';
  #onLine: () => void = () => {};

  private constructor(command: readonly string[], side: Side) {
    super(command, side);
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#text + text).split('\n');
      this.#text = lines.pop()!;
      this.#lines.push(...lines);
      this.#onLine();
    });
  }

  /** Starts it, and waits until it is ready. */
  static async start(command: readonly string[], side: Side): Promise<LineProcess> {
    const started = new LineProcess(command, side);
    const line = await started.#nextLine();
    if (line === 'ready') return started;
    await started.stop();
    throw new Error(`${started.name} says: ${line}`);
  }

  async #nextLine(): Promise<string> {
    const line = new Promise<string>((resolve) => {
      this.#onLine = () => {
        const first = this.#lines.shift();
        if (first !== undefined) resolve(first);
      };
      this.#onLine();
    });
    return await withPatience(Promise.race([line, this.failed()]), this.name);
  }

  /** Asks, and waits for the answer. */
  async ask(question: string): Promise<Figures> {
    this.child.stdin!.write(`${question}\n`);
    return JSON.parse(await this.#nextLine()) as Figures;
  }
}

/**
 * Keeps the server's core from sleeping, by a loop that runs where nothing else wants to. In a virtual
 * machine a core that sleeps is given to others, and is some milliseconds late when it is woken, whoever
 * the server is; `null` where there is no way.
 */
export const keepAwake = (): RunningProcess | null =>
  hasProgram('chrt')
    ? new RunningProcess(['chrt', '--idle', '0', 'sh', '-c', 'while :; do :; done'], 'server')
    : null;

const accepts = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Starts a program of somebody else, and waits until it accepts connections. */
export async function startForeign(
  command: readonly string[],
  host: string,
  port: number,
): Promise<RunningProcess> {
  const started = new RunningProcess(command, 'server');
  started.child.stdout!.resume();
  const ready = async (): Promise<RunningProcess> => {
    while (running.has(started) && !(await accepts(host, port))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return started;
  };
  try {
    return await withPatience(Promise.race([ready(), started.failed()]), started.name);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** Ends the processes with the harness when it is interrupted; `then` goes last. */
export function stopWhenInterrupted(then: () => void = () => {}): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      stopAll();
      then();
      process.exit(code);
    });
  }
}
