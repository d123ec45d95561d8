/**
 * A device that is asked for packets instead of waited for, as long as some have come lately: to sleep and
 * be woken costs a processor several times what a packet does. It is paid for with a whole core while
 * there is traffic; without, the process sleeps as always.
 *
 * Between two looks the event loop runs, so timers, sockets and everything else do as well.
 */

import { type LinkDevice, WrappedDevice } from '@netlayers/link';

/** How long to look for more. */
export interface BusyPollOptions {
  /** Milliseconds from the last packet until the process sleeps again; fractions count. @default 1 */
  readonly forMs?: number;
}

class BusyPollDevice extends WrappedDevice {
  /** As the device inside has it. */
  readonly lend?: NonNullable<LinkDevice['lend']>;
  readonly #forMs: number;
  #onReadable: (() => void) | null = null;
  #isPolling = false;
  /** When the last packet came, or was announced. */
  #lastAt = 0;
  readonly #wake = (): void => {
    // Who is awake need not be woken.
    this.device.onReadable = null;
    this.#lastAt = performance.now();
    this.#isPolling = true;
    this.#poll();
  };

  constructor(device: LinkDevice, forMs: number) {
    super(device);
    this.#forMs = forMs;
    if (device.lend !== undefined) this.lend = (...piece) => device.lend?.(...piece);
  }

  override get onReadable(): (() => void) | null {
    return this.#onReadable;
  }

  override set onReadable(callback: (() => void) | null) {
    this.#onReadable = callback;
    if (!this.#isPolling) this.device.onReadable = callback === null ? null : this.#wake;
  }

  override receive(...[max, receiver]: Parameters<LinkDevice['receive']>): number {
    const count = this.device.receive(max, receiver);
    if (count > 0) this.#lastAt = performance.now();
    return count;
  }

  readonly #poll = (): void => {
    const callback = this.#onReadable;
    if (callback === null || performance.now() - this.#lastAt > this.#forMs) {
      this.#isPolling = false;
      this.onReadable = callback;
      // What came since the last look was announced to nobody, and some devices announce it once.
      callback?.();
      return;
    }
    callback();
    setImmediate(this.#poll);
  };
}

/**
 * Makes a device that keeps looking for packets for a while after each; the device inside belongs to it.
 *
 * @throws RangeError for a time that is not positive.
 */
export function busyPoll(device: LinkDevice, { forMs = 1 }: BusyPollOptions = {}): LinkDevice {
  if (!(forMs > 0)) throw new RangeError(`forMs is a number of milliseconds, not ${forMs}`);
  return new BusyPollDevice(device, forMs);
}
