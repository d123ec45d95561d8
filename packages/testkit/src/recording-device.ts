/**
 * A device without a wire: what is committed is recorded, what arrives is injected.
 *
 * It is strict where real devices are merely undefined. Reserved bytes are poisoned, a commit
 * outside of the last reservation or beyond the capabilities throws, the transmit buffer changes
 * with every flush, and a received packet is destroyed when its handler returns: whoever keeps what
 * it may not keep, or forgets to write a byte, sees 0xdb.
 */

/** Mirrors `ChecksumState` of `@netlayers/link`: 0 complete, 1 partial, 2 verified. */
type ChecksumState = 0 | 1 | 2;

/** Mirrors `LinkCapabilities`. */
interface Capabilities {
  readonly mtu: number;
  readonly headroom: number;
  readonly checksumOffload: boolean;
  readonly segmentationOffload: number;
  readonly receiveQueue: number;
}

/** Mirrors `PacketReceiver`. */
interface Receiver {
  handlePacket(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void;
}

/** A packet that was committed. */
export interface SentPacket {
  /** A copy that belongs to the test. */
  readonly bytes: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
}

const POISON = 0xdb;
/** Around every packet, on both sides. */
const MARGIN = 64;
const LARGEST_PACKET = 0xffff;

/** Implements the `LinkDevice` contract of `@netlayers/link`. */
export class RecordingDevice {
  readonly capabilities: Capabilities;
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  /** Every committed packet since the last `take`, in order. */
  sent: SentPacket[] = [];
  /** How often `flush` was called. */
  flushes = 0;
  /** Packets committed since the last flush. */
  unflushed = 0;
  closed = false;
  #full = false;
  #refused = false;
  #delivering = false;
  #transmit: Uint8Array;
  #otherTransmit: Uint8Array;
  #reservedStart = 0;
  #reservedEnd = -1;
  readonly #receive: Uint8Array;
  readonly #waiting: SentPacket[] = [];

  /** Without arguments: an MTU of 1500 and no offload of any kind. */
  constructor(capabilities: Partial<Capabilities> = {}) {
    this.capabilities = {
      mtu: 1500,
      headroom: 0,
      checksumOffload: false,
      segmentationOffload: 0,
      receiveQueue: 0,
      ...capabilities,
    };
    const size = MARGIN + this.capabilities.headroom + LARGEST_PACKET + MARGIN;
    this.#transmit = new Uint8Array(size);
    this.#otherTransmit = new Uint8Array(size);
    this.#receive = new Uint8Array(MARGIN + LARGEST_PACKET + MARGIN).fill(POISON);
  }

  get transmitBuffer(): Uint8Array {
    return this.#transmit;
  }

  /** While set, `reserve` returns -1. Clearing it calls `onWritable` if somebody was refused. */
  get full(): boolean {
    return this.#full;
  }

  set full(full: boolean) {
    this.#full = full;
    if (full || !this.#refused) return;
    this.#refused = false;
    this.onWritable?.();
  }

  /** Lets a packet arrive; it is delivered by the next `receive`. */
  inject(packet: Uint8Array, checksum: ChecksumState = 0, segmentSize = 0): void {
    this.#waiting.push({ bytes: Uint8Array.from(packet), checksum, segmentSize });
    if (!this.#delivering) this.onReadable?.();
  }

  /** Returns the bytes of what was sent since the last call and forgets them. */
  take(): Uint8Array[] {
    const bytes = this.sent.map((packet) => packet.bytes);
    this.sent = [];
    return bytes;
  }

  receive(max: number, receiver: Receiver): number {
    let count = 0;
    this.#delivering = true;
    try {
      while (count < max && !this.closed) {
        const packet = this.#waiting.shift();
        if (packet === undefined) break;
        this.#receive.set(packet.bytes, MARGIN);
        const end = MARGIN + packet.bytes.length;
        receiver.handlePacket(this.#receive, MARGIN, end, packet.checksum, packet.segmentSize);
        this.#receive.fill(POISON, MARGIN, end);
        count++;
      }
    } finally {
      this.#delivering = false;
    }
    return count;
  }

  reserve(length: number): number {
    this.#reservedEnd = -1;
    if (this.closed) return -1;
    if (this.#full) {
      this.#refused = true;
      return -1;
    }
    if (length > LARGEST_PACKET) throw new RangeError(`a packet of ${length} bytes`);
    this.#reservedStart = MARGIN + this.capabilities.headroom;
    this.#reservedEnd = this.#reservedStart + length;
    this.#transmit.fill(POISON, this.#reservedStart, this.#reservedEnd);
    return this.#reservedStart;
  }

  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (start < this.#reservedStart || end > this.#reservedEnd || start >= end) {
      throw new RangeError(
        `commit of ${start}..${end} outside of the reservation ${this.#reservedStart}..${this.#reservedEnd}`,
      );
    }
    this.#refuseMisuse(end - start, checksum, segmentSize);
    this.#reservedEnd = -1;
    this.unflushed++;
    this.sent.push({ bytes: this.#transmit.slice(start, end), checksum, segmentSize });
  }

  /** What a real device would take, and nobody would ever hear of again. */
  #refuseMisuse(length: number, checksum: ChecksumState, segmentSize: number): void {
    const { mtu, checksumOffload, segmentationOffload } = this.capabilities;
    const limit = segmentSize > 0 ? segmentationOffload : mtu;
    if (length > limit) throw new RangeError(`a packet of ${length} bytes where ${limit} fit`);
    if (checksum === 1 && !checksumOffload) {
      throw new RangeError('an incomplete checksum without offload');
    }
  }

  flush(): void {
    this.flushes++;
    this.unflushed = 0;
    this.#reservedEnd = -1;
    [this.#transmit, this.#otherTransmit] = [this.#otherTransmit, this.#transmit];
  }

  close(): void {
    this.closed = true;
  }
}
