/**
 * One block of memory in which a turn's packets are laid out behind each other, and the list of
 * where each begins and ends.
 *
 * It fills from the front and starts over when everything in it has gone: a turn's output is
 * flushed whole, so a ring would only cost. Reservations are open one at a time.
 */

/** Packets start at multiples of this, so that checksums run over whole words. */
const ALIGNMENT = 8;

/** Holds packets between `commit` and the write that takes them. */
export class TransmitSlab {
  readonly bytes: Uint8Array;
  /** Where packet `i` begins, its device header included. */
  readonly starts: Int32Array;
  /** Where packet `i` ends. */
  readonly ends: Int32Array;
  /** The first packet that has not gone yet. */
  head = 0;
  /** How many packets were committed since the slab was empty. */
  tail = 0;
  readonly #headroom: number;
  readonly #largest: number;
  #free = 0;
  #openStart = 0;
  #openEnd = 0;

  /**
   * @param size bytes of the slab.
   * @param headroom bytes in front of each packet for the device's header.
   * @param largest bytes of the largest packet, headroom excluded.
   */
  constructor(size: number, headroom: number, largest: number) {
    // A buffer of its own: small arrays may live inside V8's heap, where memory moves.
    this.bytes = new Uint8Array(new ArrayBuffer(size));
    this.#headroom = headroom;
    this.#largest = largest;
    const packets = size >>> 6;
    this.starts = new Int32Array(packets);
    this.ends = new Int32Array(packets);
  }

  /** Implements `LinkDevice.reserve`; a length that no packet can have is the programmer's mistake. */
  reserve(length: number): number {
    if (length < 0 || length > this.#largest) {
      throw new RangeError(`a packet of ${length} bytes on a device that takes ${this.#largest}`);
    }
    const start = this.#free + this.#headroom;
    if (start + length > this.bytes.length || this.tail === this.starts.length) {
      this.#openEnd = 0;
      return -1;
    }
    this.#openStart = start;
    this.#openEnd = start + length;
    return start;
  }

  /** Queues the packet `bytes[start..end)`, which must lie inside the open reservation. */
  commit(start: number, end: number): void {
    if (start < this.#openStart || end > this.#openEnd || end < start) {
      throw new RangeError(`committed [${start}, ${end}) outside of the last reservation`);
    }
    this.starts[this.tail] = start - this.#headroom;
    this.ends[this.tail] = end;
    this.tail++;
    this.#free = (end + ALIGNMENT - 1) & -ALIGNMENT;
    this.#openEnd = 0;
  }

  /** Whether everything committed has gone. */
  get isEmpty(): boolean {
    return this.head === this.tail;
  }

  /** Starts over; what has not gone is forgotten. */
  clear(): void {
    this.head = 0;
    this.tail = 0;
    this.#free = 0;
    this.#openEnd = 0;
  }
}
