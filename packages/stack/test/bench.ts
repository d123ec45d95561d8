/**
 * Two stacks on a wire in memory, in virtual time: what the tests of this package run on. The
 * package that simulates whole networks stands above this one and cannot be used here.
 */

import type { TurnScheduler } from '@netlayers/host';
import { type MemoryWireOptions, memoryWire } from '@netlayers/link';
import { createStack, type Stack, type StackOptions } from '@netlayers/stack';
import { ManualClock, seededRandom } from '@netlayers/testkit';

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Virtual time after which a condition is said never to hold, in ms. */
const PATIENCE_MS = 600_000;

/** Runs turns and time. */
export class Bench implements TurnScheduler {
  readonly clock = new ManualClock();
  #soon: (() => void)[] = [];
  #after: (() => void)[] = [];

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  afterMicrotasks(callback: () => void): void {
    this.#after.push(callback);
  }

  macrotask(callback: () => void): void {
    this.#after.push(callback);
  }

  /** Lets everything happen that happens without time passing. */
  async settle(): Promise<void> {
    for (;;) {
      await macrotask();
      if (this.#soon.length === 0 && this.#after.length === 0) return;
      if (this.#soon.length === 0) {
        const tasks = this.#after;
        this.#after = [];
        for (const task of tasks) task();
      }
      // What is to run soon does not wait for microtasks.
      for (let task = this.#soon.shift(); task !== undefined; task = this.#soon.shift()) task();
    }
  }

  /** Lets time pass. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.settle();
    while (this.clock.nextTimer() <= end) {
      this.clock.advanceTo(Math.max(this.clock.nextTimer(), this.clock.now()));
      await this.settle();
    }
    this.clock.advanceTo(end);
  }

  /** Lets time pass until a condition holds. */
  async until(condition: () => boolean): Promise<void> {
    const limit = this.clock.now() + PATIENCE_MS;
    await this.settle();
    while (!condition()) {
      const next = this.clock.nextTimer();
      if (next > limit) throw new Error('nothing more happens, and the condition does not hold');
      this.clock.advanceTo(Math.max(next, this.clock.now()));
      await this.settle();
    }
  }

  /** Lets time pass until a promise is settled. */
  async wait<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    await this.until(() => settled);
    return await promise;
  }

  /** Waits for a promise to be rejected, and returns with what. */
  async rejection(promise: PromiseLike<unknown>): Promise<Error & { code?: string }> {
    try {
      await this.wait(promise);
    } catch (error) {
      return error as Error;
    }
    throw new Error('the promise was fulfilled');
  }
}

/** What {@link twoStacks} makes. */
export interface TwoStacks {
  readonly bench: Bench;
  /** 10.0.0.1 */
  readonly near: Stack;
  /** 10.0.0.2 */
  readonly far: Stack;
}

/** Makes two stacks that reach each other. */
export function twoStacks(
  near: Partial<StackOptions> = {},
  far: Partial<StackOptions> = {},
  wire: MemoryWireOptions = {},
): TwoStacks {
  const bench = new Bench();
  const [left, right] = memoryWire(wire);
  const make = (device: StackOptions['device'], address: string, seed: number, options: object) =>
    createStack({
      device,
      address,
      clock: bench.clock,
      random: seededRandom(seed).u32,
      scheduler: bench,
      ...options,
    });
  return {
    bench,
    near: make(left, '10.0.0.1', 1, near),
    far: make(right, '10.0.0.2', 2, far),
  };
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The error code of whatever was thrown or rejected. */
export const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;
