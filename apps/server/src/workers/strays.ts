/**
 * The worker's side of packets that come to the wrong worker: those it got and has no connection for are
 * shown to the others through the primary, and only what none of them has is answered with a reset. Nearly
 * all packets come to the right one, since the kernel spreads connections over queues by a hash; the others
 * are those of fragments, of ICMP errors, and of whatever changes the number of queues.
 *
 * Anybody can send packets without a connection, so what is handed on is bounded. What is beyond is dropped,
 * which no connection dies of: its peer sends again.
 */

import type { Stack } from '@netlayers/stack';
import type { StrayPacket } from './messages.js';

/** Milliseconds over which packets and bytes are counted. */
const WINDOW_MS = 100;
const MOST_PACKETS = 1000;
const MOST_BYTES = 4 * 1024 * 1024;

/** What happens to a packet that the stack has no connection for. */
type Course =
  /** It came from the device: the others are asked. */
  | 'ask'
  /** Another worker asks for it. */
  | 'judge'
  /** Nobody has it. */
  | 'answer';

/** Packets without a connection, of one worker. */
export class Strays {
  readonly #send: (packets: readonly StrayPacket[]) => void;
  readonly #now: () => number;
  #course: Course = 'ask';
  /** Whether the packet that is judged has found its connection. */
  #isMine = false;
  #waiting: StrayPacket[] = [];
  #windowEnd = 0;
  #packets = 0;
  #bytes = 0;

  constructor(send: (packets: readonly StrayPacket[]) => void, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  /** The `onUnclaimed` of the stack. */
  handleUnclaimed(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: 0 | 1 | 2,
    segmentSize: number,
  ): boolean {
    if (this.#course === 'answer') return false;
    if (this.#course === 'judge') this.#isMine = false;
    else if (this.#mayAsk(end - start)) {
      if (this.#waiting.length === 0) setImmediate(() => this.#ask());
      this.#waiting.push({ bytes: buf.slice(start, end), checksum, segmentSize });
    }
    return true;
  }

  /** Takes from the packets of another worker what belongs to a connection here. */
  claim(stack: Stack, packets: readonly StrayPacket[]): boolean[] {
    return packets.map((packet) => {
      this.#isMine = true;
      this.#handle(stack, packet, 'judge');
      return this.#isMine;
    });
  }

  /** Answers packets that nobody has a connection for. */
  answer(stack: Stack, packets: readonly StrayPacket[]): void {
    for (const packet of packets) this.#handle(stack, packet, 'answer');
  }

  #handle(stack: Stack, { bytes, checksum, segmentSize }: StrayPacket, course: Course): void {
    this.#course = course;
    try {
      stack.handlePacket(bytes, 0, bytes.length, checksum, segmentSize);
    } finally {
      this.#course = 'ask';
    }
  }

  #ask(): void {
    const packets = this.#waiting;
    this.#waiting = [];
    this.#send(packets);
  }

  #mayAsk(length: number): boolean {
    const now = this.#now();
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + WINDOW_MS;
      this.#packets = 0;
      this.#bytes = 0;
    }
    this.#packets++;
    this.#bytes += length;
    return this.#packets <= MOST_PACKETS && this.#bytes <= MOST_BYTES;
  }
}
