/**
 * System calls of a kernel that a test writes: what read(2) gives, what write(2) says, and when the
 * descriptor is ready.
 */

import { Errno } from '../src/linux.js';
import type { Interest, Syscalls, WatchCallback } from '../src/syscalls.js';

/** One descriptor and its memory. */
export class FakeKernel {
  /** What the next reads return: a packet, or a negative errno. Then EAGAIN. */
  readonly input: (Uint8Array | number)[] = [];
  /** What the next writes return instead of taking the packet. */
  readonly refusals: number[] = [];
  readonly written: Uint8Array[] = [];
  /** Of how many pieces the packets were that were written at once. */
  readonly gathered: number[] = [];
  readonly interests: Interest[] = [];
  readonly closed: number[] = [];
  watchOpen = true;
  referenced = true;
  reads = 0;
  #memory: { base: number; bytes: Uint8Array }[] = [];
  #callback: WatchCallback = () => {};

  /** Reports the descriptor as libuv would. */
  ready(readable: boolean, writable = false): void {
    this.#callback(false, readable, writable);
  }

  fail(): void {
    this.#callback(true, false, false);
  }

  readonly syscalls: Syscalls = {
    open: () => -Errno.ENOENT,
    close: (fd) => {
      this.closed.push(fd);
      return 0;
    },
    read: (_, address, length) => {
      this.reads++;
      const next = this.input.shift() ?? -Errno.EAGAIN;
      if (typeof next === 'number') return next;
      if (next.length > length) throw new Error('a packet longer than the buffer');
      const { bytes, at } = this.#at(address);
      bytes.set(next, at);
      return next.length;
    },
    write: (_, address, length) => {
      const refusal = this.refusals.shift() ?? 0;
      if (refusal < 0) return refusal;
      const { bytes, at } = this.#at(address);
      this.written.push(bytes.slice(at, at + length));
      return length;
    },
    writev: (_, address, count) => {
      const refusal = this.refusals.shift() ?? 0;
      if (refusal < 0) return refusal;
      const { bytes, at } = this.#at(address);
      const list = new DataView(bytes.buffer, bytes.byteOffset + at, 16 * count);
      const pieces = Array.from({ length: count }, (_, index) => {
        const piece = this.#at(Number(list.getBigUint64(16 * index, true)));
        const length = Number(list.getBigUint64(16 * index + 8, true));
        return piece.bytes.subarray(piece.at, piece.at + length);
      });
      const packet = Buffer.concat(pieces);
      this.gathered.push(count);
      this.written.push(new Uint8Array(packet));
      return packet.length;
    },
    ioctl: () => -Errno.EINVAL,
    fcntl: () => -Errno.EINVAL,
    socket: () => -Errno.EINVAL,
    addressOf: (bytes) => {
      const base = (this.#memory.length + 1) * 0x1000_0000;
      this.#memory.push({ base, bytes });
      return base;
    },
    watch: (_, callback) => {
      this.#callback = callback;
      return {
        want: (interest) => this.interests.push(interest),
        ref: () => {
          this.referenced = true;
        },
        unref: () => {
          this.referenced = false;
        },
        close: () => {
          this.watchOpen = false;
        },
      };
    },
  };

  #at(address: number): { bytes: Uint8Array; at: number } {
    const found = this.#memory.find(
      ({ base, bytes }) => address >= base && address < base + bytes.length,
    );
    if (found === undefined) throw new Error(`no memory at ${address}`);
    return { bytes: found.bytes, at: address - found.base };
  }
}
