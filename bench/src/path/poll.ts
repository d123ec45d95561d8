/**
 * Waits for descriptors with microseconds: `ppoll` through koffi, which holds up the whole process.
 * Node's own timers are too coarse for a wire on which a packet takes 120 microseconds.
 */

import { createRequire } from 'node:module';

const POLLIN = 1;
/** struct pollfd: int fd, short events, short revents. */
const POLLFD_LENGTH = 8;
const NS_PER_MS = 1_000_000;
const PR_SET_TIMERSLACK = 29;

/** Waits until one of some descriptors can be read. */
export class DescriptorPoll {
  readonly #ppoll: (...args: unknown[]) => number;
  readonly #fds: Buffer;
  readonly #count: number;
  readonly #time = new BigInt64Array(2);

  constructor(fds: readonly number[]) {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const libc = koffi.load(null);
    // Without it the kernel adds up to 50 microseconds to every wait.
    libc.func('prctl', 'int', ['int', 'ulong'])(PR_SET_TIMERSLACK, 1);
    this.#ppoll = libc.func('ppoll', 'int', ['uint8_t *', 'ulong', 'int64_t *', 'void *']);
    this.#count = fds.length;
    this.#fds = Buffer.alloc(fds.length * POLLFD_LENGTH);
    fds.forEach((fd, index) => {
      this.#fds.writeInt32LE(fd, index * POLLFD_LENGTH);
      this.#fds.writeInt16LE(POLLIN, index * POLLFD_LENGTH + 4);
    });
  }

  /** @param ms how long at most; `Infinity` = for ever. */
  wait(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) {
      this.#ppoll(this.#fds, this.#count, null, null);
      return;
    }
    const ns = Math.max(0, Math.round(ms * NS_PER_MS));
    this.#time[0] = BigInt(Math.floor(ns / 1e9));
    this.#time[1] = BigInt(ns % 1e9);
    this.#ppoll(this.#fds, this.#count, this.#time, null);
  }

  /** Whether a descriptor could be read, or has ended, when the last wait was over. */
  isReady(index: number): boolean {
    return this.#fds.readInt16LE(index * POLLFD_LENGTH + 6) !== 0;
  }
}
