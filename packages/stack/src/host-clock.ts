/**
 * Time, turns and randomness as every host offers them: Node, browsers, Deno and Bun.
 */

import type { Clock } from '@netlayers/link';

/** The longest delay a host's timer takes, in milliseconds; longer ones are set again on the way. */
const LONGEST_DELAY = 0x7fffffff;

/** The host's own clock: `performance.now()` and `setTimeout`. */
export class HostClock implements Clock {
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #lastId = 0;

  now(): number {
    return performance.now();
  }

  wallTime(): number {
    return performance.timeOrigin + performance.now();
  }

  setTimer(atMs: number, callback: () => void): number {
    const id = ++this.#lastId;
    const arm = (): void => {
      const delay = Math.min(Math.max(Math.ceil(atMs - performance.now()), 0), LONGEST_DELAY);
      const fire = (): void => {
        if (performance.now() < atMs) {
          arm();
          return;
        }
        this.#timers.delete(id);
        callback();
      };
      this.#timers.set(id, setTimeout(fire, delay));
    };
    arm();
    return id;
  }

  clearTimer(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}

/** When the two halves of a stack's turn run. */
export interface TurnScheduler {
  /** Before the host waits for anything, and not inside this call. */
  soon(callback: () => void): void;
  /** After every microtask that is queued by now or by those. */
  afterMicrotasks(callback: () => void): void;
}

interface HostWithImmediate {
  setImmediate?: (callback: () => void) => unknown;
}

/** The part of a MessagePort that is used; Node's types and the web's do not agree on it. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
}

/** Macrotasks: `setImmediate` where there is one, else a message to ourselves, which no host delays. */
function macrotask(): (callback: () => void) => void {
  const { setImmediate } = globalThis as HostWithImmediate;
  if (setImmediate !== undefined) return (callback) => void setImmediate(callback);
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}

/** The host's own way to run something later. */
export function hostScheduler(): TurnScheduler {
  return { soon: (callback) => queueMicrotask(callback), afterMicrotasks: macrotask() };
}

/** Uniform uint32s from the host's cryptographic generator, drawn in blocks. */
export function hostRandom(): () => number {
  const block = new Uint32Array(256);
  let used = block.length;
  return () => {
    if (used === block.length) {
      crypto.getRandomValues(block);
      used = 0;
    }
    return block[used++]!;
  };
}
