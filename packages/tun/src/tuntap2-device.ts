/**
 * The stream of the optional package `tuntap2` as `LinkDevice`.
 *
 * It reads one packet at a time through Node's thread pool and writes in the same way, so packets
 * wait here in two bounded queues. Absent, because the package has no way to it: a name of one's
 * choice, attaching, offloads, routes, several queues.
 */

import { ChecksumState, type LinkCapabilities, type PacketReceiver } from '@netlayers/link';
import { TunError } from './errors.js';
import { TransmitSlab } from './transmit-slab.js';
import {
  newCounters,
  reportLoss,
  type TunCounters,
  type TunDevice,
  type TunIdentity,
} from './tun-device.js';
import type { Tuntap2Tun } from './tuntap2-package.js';
import { wakeReader } from './wake-reader.js';

/** Received packets that wait before the stream is paused; the kernel's ring holds further ones. */
const RECEIVE_LIMIT = 1024;
/** Packets handed to the stream that it has not written yet. */
const WRITE_LIMIT = 512;
const SLAB = 256 * 1024;

/** The device behind `driver: 'tuntap2'`. */
export class Tuntap2Device implements TunDevice {
  readonly driver = 'tuntap2';
  readonly fd = -1;
  readonly persistent = false;
  readonly name: string;
  readonly address: string;
  readonly peer: string;
  readonly mtu: number;
  readonly capabilities: LinkCapabilities;
  readonly counters: TunCounters = newCounters();
  readonly transmitBuffer: Uint8Array;
  onWritable: (() => void) | null = null;
  onError: ((error: TunError) => void) | null = null;

  readonly #tun: Tuntap2Tun;
  readonly #slab: TransmitSlab;
  #onReadable: (() => void) | null = null;
  #received: Uint8Array[] = [];
  /** The first packet of `#received` that was not delivered. */
  #next = 0;
  #paused = false;
  #told = false;
  #wantsRoom = false;
  #writing = 0;
  #closed = false;

  /** @param tun configured and up. */
  constructor(tun: Tuntap2Tun, identity: TunIdentity) {
    this.name = identity.name;
    this.address = identity.address;
    this.peer = identity.peer;
    this.mtu = identity.mtu;
    this.capabilities = {
      mtu: identity.mtu,
      headroom: 0,
      checksumOffload: false,
      segmentationOffload: 0,
      receiveQueue: identity.receiveQueue,
    };
    this.#tun = tun;
    this.#slab = new TransmitSlab(Math.max(SLAB, 4 * identity.mtu), 0, identity.mtu);
    this.transmitBuffer = this.#slab.bytes;
    tun.on('error', (error) => this.#lose(error));
    tun.on('data', (packet) => this.#take(packet));
  }

  get onReadable(): (() => void) | null {
    return this.#onReadable;
  }

  set onReadable(callback: (() => void) | null) {
    this.#onReadable = callback;
    this.#told = false;
    this.#tellLater();
  }

  receive(max: number, receiver: PacketReceiver): number {
    this.#told = false;
    let count = 0;
    while (count < max && this.#next < this.#received.length) {
      const packet = this.#received[this.#next++]!;
      count++;
      this.counters.receivedPackets++;
      this.counters.receivedBytes += packet.length;
      receiver.handlePacket(packet, 0, packet.length, ChecksumState.COMPLETE, 0);
    }
    if (this.#next < this.#received.length) this.#tellLater();
    else {
      this.#received = [];
      this.#next = 0;
      if (this.#paused && !this.#closed) {
        this.#paused = false;
        this.#tun.resume();
      }
    }
    return count;
  }

  reserve(length: number): number {
    if (this.#closed) return -1;
    const full = this.#writing + this.#slab.tail >= WRITE_LIMIT;
    const at = full ? -1 : this.#slab.reserve(length);
    if (at < 0 && !this.#wantsRoom) {
      this.#wantsRoom = true;
      this.counters.transmitBlocked++;
    }
    return at;
  }

  commit(start: number, end: number): void {
    if (!this.#closed) this.#slab.commit(start, end);
  }

  flush(): void {
    if (this.#closed) return;
    const slab = this.#slab;
    while (slab.head < slab.tail) {
      const start = slab.starts[slab.head]!;
      this.#write(slab.bytes.slice(start, slab.ends[slab.head]!));
      slab.head++;
    }
    slab.clear();
    if (this.#wantsRoom) setImmediate(() => this.#giveRoom());
  }

  /** Without effect: a pending read of the thread pool keeps the process alive. */
  ref(): void {}

  /** Without effect, as `ref`. */
  unref(): void {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.counters.transmitErrors += this.#slab.tail;
    this.#slab.clear();
    this.#received = [];
    this.#next = 0;
    this.#tun.release(wakeReader(this.address));
  }

  #write(packet: Uint8Array): void {
    const version = packet.length === 0 ? 0 : packet[0]! >>> 4;
    if (version !== 4 && version !== 6) {
      // The kernel refuses it, and an error would end the whole stream.
      this.counters.transmitErrors++;
      return;
    }
    this.#writing++;
    this.#tun.write(packet, undefined, (error) => {
      this.#writing--;
      if (error === undefined || error === null) {
        this.counters.transmittedPackets++;
        this.counters.transmittedBytes += packet.length;
      } else {
        this.counters.transmitErrors++;
      }
      if (this.#writing < WRITE_LIMIT / 2) this.#giveRoom();
    });
  }

  #giveRoom(): void {
    if (this.#closed || !this.#wantsRoom || this.#writing >= WRITE_LIMIT) return;
    this.#wantsRoom = false;
    this.onWritable?.();
  }

  #take(packet: Uint8Array): void {
    if (this.#closed) return;
    // A plain view: `slice` of a Buffer does not copy, which would surprise whoever keeps a packet.
    this.#received.push(new Uint8Array(packet.buffer, packet.byteOffset, packet.length));
    if (this.#received.length - this.#next >= RECEIVE_LIMIT && !this.#paused) {
      this.#paused = true;
      this.#tun.pause();
    }
    this.#tell();
  }

  #tell(): void {
    if (this.#closed || this.#told || this.#onReadable === null) return;
    if (this.#next === this.#received.length) return;
    this.#told = true;
    this.counters.wakeups++;
    this.#onReadable();
  }

  #tellLater(): void {
    if (this.#next < this.#received.length) setImmediate(() => this.#tell());
  }

  #lose(cause: Error): void {
    if (this.#closed) return;
    this.close();
    const message = `${this.name} is lost (${cause.message}): open it again`;
    reportLoss(this, new TunError('ENODEV', message, { cause }));
  }
}
