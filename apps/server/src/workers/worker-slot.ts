/**
 * The place of one worker: starts its process, listens to it, and starts another when it dies.
 */

import type { ChildProcess } from 'node:child_process';
import type { Asked } from './lost-and-found.js';
import type { FromWorker, ToWorker } from './messages.js';
import { RestartPolicy } from './restart-policy.js';

/** How a process has ended. */
export interface WorkerEnd {
  /** Reads on behind "worker 1". */
  readonly how: string;
  /** Why it could not serve, in its own words; `null` when it has said nothing. */
  readonly failure: string | null;
}

/** What the owner of a slot does for it, and is told. */
export interface SlotOwner {
  /** Starts a process with a channel; its output goes to pipes. */
  launch(slot: WorkerSlot): ChildProcess;
  /** The process is there; it is told its setup from here. */
  handleBoot(slot: WorkerSlot): void;
  /** It serves. */
  handleReady(slot: WorkerSlot, lines: readonly string[]): void;
  handleOutput(slot: WorkerSlot, name: 'stdout' | 'stderr', text: string): void;
  /** Anything else that it says. */
  handleMessage(slot: WorkerSlot, message: FromWorker): void;
  /**
   * Its process has ended, and not because it was told to.
   *
   * @param delayMs when another one starts; `null` = none does.
   */
  handleDeath(slot: WorkerSlot, end: WorkerEnd, delayMs: number | null): void;
}

/** One worker, whatever process it is. */
export class WorkerSlot implements Asked {
  /** From 0. */
  readonly index: number;
  /** Processes that were started here. */
  lives = 0;
  /** Connections that the last one had to cut off when it was told to end. */
  cut = 0;
  /** How the last one has ended that was told to end in order, and did not; else `null`. */
  brokenOff: string | null = null;
  readonly #owner: SlotOwner;
  readonly #policy = new RestartPolicy();
  #process: ChildProcess | null = null;
  #isReady = false;
  #isStopping = false;
  #isClosed = false;
  #failure: string | null = null;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended: (() => void) | null = null;

  constructor(index: number, owner: SlotOwner) {
    this.index = index;
    this.#owner = owner;
  }

  /** Whether it serves. */
  get isReady(): boolean {
    return this.#isReady;
  }

  start(): void {
    this.lives++;
    this.#startedAt = performance.now();
    this.#failure = null;
    this.#isClosed = false;
    const child = this.#owner.launch(this);
    this.#process = child;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this.#owner.handleOutput(this, name, text);
      });
    }
    child.on('message', (message) => this.#handleMessage(message as FromWorker));
    child.on('error', (error) => {
      this.#failure ??= error.message;
      if (child.pid === undefined) this.#handleEnd('could not be started');
    });
    // When its output has come, too.
    child.on('close', (code, signal) => this.#handleEnd(inWords(code, signal)));
  }

  tell(message: ToWorker): void {
    // One that dies meanwhile hears nothing.
    if (this.#process?.connected) this.#process.send(message, () => {});
  }

  /** Ends it in an orderly way, and starts no other. */
  stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    if (this.#process === null) return Promise.resolve();
    this.tell({ kind: 'stop' });
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  /** Ends it at once. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  #handleMessage(message: FromWorker): void {
    if (message.kind === 'booted') this.#owner.handleBoot(this);
    else if (message.kind === 'failed') this.#failure = message.message;
    else if (message.kind === 'closed') {
      this.#isClosed = true;
      this.cut = message.cut;
    } else if (message.kind === 'ready') {
      this.#isReady = true;
      this.#owner.handleReady(this, message.lines);
    } else this.#owner.handleMessage(this, message);
  }

  #handleEnd(how: string): void {
    if (this.#process === null) return;
    this.#process = null;
    this.#isReady = false;
    if (this.#isStopping) {
      if (!this.#isClosed) this.brokenOff = how;
      this.#ended?.();
      return;
    }
    const delayMs = this.#policy.delayAfter(performance.now() - this.#startedAt);
    if (delayMs !== null) this.#timer = setTimeout(() => this.start(), delayMs);
    this.#owner.handleDeath(this, { how, failure: this.#failure }, delayMs);
  }
}

const inWords = (code: number | null, signal: string | null): string =>
  signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
