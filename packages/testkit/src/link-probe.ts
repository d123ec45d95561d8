/**
 * One end of a link under test: sends test packets, collects what arrives, and watches that the
 * device's handlers are never called from inside of it.
 */

import { type TestPacketOptions, testPacket } from './test-packet.js';

/** Mirrors `ChecksumState` of `@netlayers/link`. */
type ChecksumState = 0 | 1 | 2;

/** Mirrors `LinkDevice` of `@netlayers/link`. */
export interface ProbedDevice {
  readonly capabilities: {
    readonly mtu: number;
    readonly headroom: number;
    readonly checksumOffload: boolean;
    readonly segmentationOffload: number;
    readonly receiveQueue: number;
  };
  onReadable: (() => void) | null;
  onWritable: (() => void) | null;
  receive(
    max: number,
    receiver: {
      handlePacket(
        buf: Uint8Array,
        start: number,
        end: number,
        checksum: ChecksumState,
        segmentSize: number,
      ): void;
    },
  ): number;
  readonly transmitBuffer: Uint8Array;
  reserve(length: number): number;
  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void;
  flush(): void;
  close(): void;
}

/** A packet that arrived. */
export interface ArrivedPacket {
  readonly bytes: Uint8Array;
  /** From the addresses on: what no hop changes. */
  readonly body: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
}

/** How often a probe lets the host work before it gives up on something. */
const PATIENCE = 100;

/** Sends and receives on one device. */
export class LinkProbe {
  readonly device: ProbedDevice;
  readonly arrived: ArrivedPacket[] = [];
  /** Packets of any kind that were delivered. */
  delivered = 0;
  /** How often each handler was called since `watch`. */
  readable = 0;
  writable = 0;
  /** Handlers that were called from inside of the device. */
  readonly breaches: string[] = [];
  readonly settle: () => Promise<void>;
  readonly #route: { readonly source: number; readonly destination: number };
  #inside = 0;

  constructor(
    device: ProbedDevice,
    route: { readonly source: number; readonly destination: number },
    settle: () => Promise<void>,
  ) {
    this.device = device;
    this.settle = settle;
    this.#route = route;
  }

  /** Counts calls of the device's handlers from now on. */
  watch(): void {
    this.device.onReadable = () => {
      this.readable++;
      if (this.#inside > 0) this.breaches.push('onReadable');
    };
    this.device.onWritable = () => {
      this.writable++;
      if (this.#inside > 0) this.breaches.push('onWritable');
    };
  }

  /** Builds a packet to the other end. */
  packet(length: number, options: TestPacketOptions = {}): Uint8Array {
    return testPacket(length, { ...this.#route, ...options });
  }

  /** Commits a packet; a full queue fails the test. */
  send(packet: Uint8Array, checksum: ChecksumState = 0, segmentSize = 0): void {
    if (!this.trySend(packet, checksum, segmentSize)) throw new Error('the queue is full');
  }

  /** Commits a packet if there is room for it, and returns whether there was. */
  trySend(packet: Uint8Array, checksum: ChecksumState = 0, segmentSize = 0): boolean {
    const at = this.device.reserve(packet.length);
    if (at === -1) return false;
    this.device.transmitBuffer.set(packet, at);
    this.#enter(() => this.device.commit(at, at + packet.length, checksum, segmentSize));
    return true;
  }

  flush(): void {
    this.#enter(() => this.device.flush());
  }

  /** Receives once, and returns what the device returned. */
  receiveOnce(max: number): number {
    return this.#enter(() =>
      this.device.receive(max, {
        handlePacket: (buf, start, end, checksum, segmentSize) => {
          this.delivered++;
          const bytes = buf.slice(start, end);
          // What else lives on the interface of a host, e.g. IPv6 router solicitations.
          if (bytes.length < 20 || bytes[0] !== 0x45) return;
          this.arrived.push({ bytes, body: bytes.slice(12), checksum, segmentSize });
        },
      }),
    );
  }

  /** Receives until `count` more packets are there, or the host's patience is over. */
  async receive(count: number): Promise<ArrivedPacket[]> {
    const first = this.arrived.length;
    for (let tries = 0; tries < PATIENCE && this.arrived.length < first + count; tries++) {
      if (this.receiveOnce(64) === 0) await this.settle();
    }
    return this.arrived.slice(first);
  }

  /** Gives the host some time and returns how many packets arrived in it. */
  async receiveNothing(): Promise<number> {
    const first = this.arrived.length;
    for (let tries = 0; tries < 3; tries++) {
      this.receiveOnce(64);
      await this.settle();
    }
    return this.arrived.length - first;
  }

  /** Lets the host work until something has happened, or its patience is over. */
  async settleUntil(happened: () => boolean): Promise<void> {
    for (let tries = 0; tries < PATIENCE && !happened(); tries++) await this.settle();
  }

  #enter<T>(body: () => T): T {
    this.#inside++;
    try {
      return body();
    } finally {
      this.#inside--;
    }
  }
}
