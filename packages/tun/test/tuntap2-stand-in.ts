/**
 * The surface of the package `tuntap2` without a kernel behind it: what one end writes, the other
 * end's stream emits, one chunk a packet.
 */

import { EventEmitter } from 'node:events';
import type { Tuntap2Tun } from '../src/tuntap2-package.js';

/** A TUN interface of nobody's. */
export class StandInTun extends EventEmitter implements Tuntap2Tun {
  /** Every one that was made, in order. */
  static readonly made: StandInTun[] = [];
  /** Thrown by the next constructor. */
  static failure: Error | null = null;

  readonly name = `tun${StandInTun.made.length}`;
  readonly written: Uint8Array[] = [];
  mtu = 1500;
  released = 0;
  paused = false;
  /** The next write calls back with it. */
  writeError: Error | null = null;
  /** Where writes arrive. */
  other: StandInTun | null = null;
  #ipv4 = '';
  #up = false;
  #waiting: Uint8Array[] = [];

  constructor() {
    super();
    const { failure } = StandInTun;
    StandInTun.failure = null;
    if (failure !== null) throw failure;
    StandInTun.made.push(this);
  }

  get ipv4(): string {
    if (!this.#up) throw new Error('not up');
    return this.#ipv4;
  }

  set ipv4(value: string) {
    this.#ipv4 = value;
  }

  get isUp(): boolean {
    return this.#up;
  }

  set isUp(value: boolean) {
    this.#up = value;
  }

  /** The kernel sends a packet to the device. */
  arrive(packet: Uint8Array): void {
    if (this.paused) this.#waiting.push(packet);
    else this.emit('data', Buffer.from(packet));
  }

  write(
    packet: Uint8Array,
    _encoding: undefined,
    callback: (error?: Error | null) => void,
  ): boolean {
    const error = this.released > 0 ? new Error('write after end') : this.writeError;
    this.writeError = null;
    // As of a stream that is ended: what was written before its release still goes out.
    setImmediate(() => {
      if (error === null) {
        this.written.push(packet);
        this.other?.arrive(packet);
      }
      callback(error);
    });
    return true;
  }

  pause(): this {
    this.paused = true;
    return this;
  }

  resume(): this {
    this.paused = false;
    while (!this.paused && this.#waiting.length > 0) this.emit('data', this.#waiting.shift());
    return this;
  }

  release(callback?: () => void): void {
    this.released++;
    if (callback !== undefined) setImmediate(callback);
  }
}
