/**
 * One datagram on its way to being whole: the fragments that have arrived, in order.
 *
 * RFC 815 keeps a list of holes; kept here is its complement, a list of ranges by offset. Since
 * ranges never overlap, the datagram is whole exactly when their lengths add up to its length, so
 * no hole is ever searched for.
 *
 * Overlaps are never resolved: whichever copy one host believes, another host (or the filter in
 * between) believes the other. RFC 5722 made that the rule of IPv6, and it is the rule here: a
 * contradiction gives up the whole datagram with what is still to come of it. The exact same
 * fragment again is no contradiction but what a network that duplicates packets does; it is
 * compared byte by byte and dropped alone.
 */

import { copyOf } from '@netlayers/bytes';
import type { DropReason } from './drop-reason.js';
import { IPV4_MAX_LENGTH, type Ipv4Header } from './header.js';

interface FragmentRange {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * More fragments than the smallest MTU of IPv4 makes of the largest datagram:
 * (65,535 - 20) / 48 = 1365.
 */
const MAX_FRAGMENTS = 1400;

/** What a fragment costs besides its bytes, roughly. */
const FRAGMENT_OVERHEAD = 200;

/** The most that one datagram can hold on to, in bytes. */
export const MAX_PARTIAL_BYTES = IPV4_MAX_LENGTH + 60 + MAX_FRAGMENTS * FRAGMENT_OVERHEAD;

function equals(bytes: Uint8Array, buf: Uint8Array, start: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== buf[start + i]) return false;
  return true;
}

/** A datagram under reassembly, known by the four fields of RFC 791, 3.2. */
export class PartialDatagram {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly identification: number;
  /** When it is given up, in monotonic milliseconds. */
  readonly deadline: number;
  /** What it holds on to, in bytes. */
  bytesHeld = 0;
  /** Given up, and kept only to refuse the rest of it until the deadline. */
  refused = false;
  /** A copy of the header of fragment zero, once that has arrived. */
  header: Uint8Array | null = null;
  #ranges: FragmentRange[] = [];
  #received = 0;
  /** Length of the payload, known from the last fragment on; else -1. */
  #length = -1;
  /** Bit n: some fragment carried the ECN codepoint n. */
  #ecnSeen = 0;

  constructor(header: Ipv4Header, deadline: number) {
    this.source = header.source;
    this.destination = header.destination;
    this.protocol = header.protocol;
    this.identification = header.identification;
    this.deadline = deadline;
  }

  matches(header: Ipv4Header): boolean {
    return (
      this.identification === header.identification &&
      this.source === header.source &&
      this.destination === header.destination &&
      this.protocol === header.protocol
    );
  }

  get isWhole(): boolean {
    return this.#length >= 0 && this.#received === this.#length;
  }

  /** Lets go of everything but the refusal itself. */
  refuse(): void {
    this.refused = true;
    this.#ranges = [];
    this.header = null;
    this.bytesHeld = 0;
  }

  /**
   * Takes the fragment whose header begins at `start` of `buf[start..end)`.
   *
   * @returns null when it was added, else why not. After anything but a duplicate the whole
   *   datagram is refused.
   */
  add(header: Ipv4Header, buf: Uint8Array, start: number, end: number): DropReason | null {
    if (this.refused) return 'fragment-refused';
    const reason = this.#insert(header, buf, start + header.headerLength, end);
    if (reason === 'fragment-duplicate') return reason;
    if (reason !== null) {
      this.refuse();
      return reason;
    }
    this.#ecnSeen |= 1 << (header.tos & 3);
    if (header.fragmentOffset === 0) {
      this.header = copyOf(buf, start, start + header.headerLength);
      this.bytesHeld += header.headerLength;
    }
    return null;
  }

  #insert(header: Ipv4Header, buf: Uint8Array, from: number, to: number): DropReason | null {
    const ranges = this.#ranges;
    const start = header.fragmentOffset;
    const end = start + to - from;
    // Fragments mostly come in order: search from the back.
    let index = ranges.length;
    while (index > 0 && ranges[index - 1]!.start >= start) index--;
    const before = ranges[index - 1];
    const after = ranges[index];
    const isLast = !header.moreFragments;
    if (after?.start === start && after.end === end && isLast === (end === this.#length)) {
      return equals(after.bytes, buf, from) ? 'fragment-duplicate' : 'fragment-overlap';
    }
    if (before !== undefined && before.end > start) return 'fragment-overlap';
    if (after !== undefined && after.start < end) return 'fragment-overlap';
    if (isLast) {
      // A second end, or one in front of what is already here.
      if (this.#length >= 0 || after !== undefined) return 'fragment-overlap';
      this.#length = end;
    } else if (this.#length >= 0 && end > this.#length) {
      return 'fragment-overlap';
    }
    if (ranges.length === MAX_FRAGMENTS) return 'reassembly-limit';
    ranges.splice(index, 0, { start, end, bytes: copyOf(buf, from, to) });
    this.#received += end - start;
    this.bytesHeld += end - start + FRAGMENT_OVERHEAD;
    return null;
  }

  /**
   * The ECN codepoint of the whole (RFC 3168, 5.3): congestion seen by one fragment is seen by all,
   * unless another says that its sender does not speak ECN; -1 = that contradiction.
   */
  get ecn(): number {
    if ((this.#ecnSeen & 0b1000) === 0) return this.header === null ? 0 : this.header[1]! & 3;
    return (this.#ecnSeen & 0b0001) === 0 ? 3 : -1;
  }

  /** Copies the payload that has arrived, in its place, into `buf` at `at`. */
  copyTo(buf: Uint8Array, at: number): void {
    for (const range of this.#ranges) buf.set(range.bytes, at + range.start);
  }

  /** Length of the whole payload in bytes; -1 = not yet known. */
  get length(): number {
    return this.#length;
  }

  /** A copy of fragment zero as it arrived, header included; null = it has not. */
  fragmentZero(): Uint8Array | null {
    const first = this.#ranges[0];
    if (this.header === null || first === undefined) return null;
    const packet = new Uint8Array(this.header.length + first.bytes.length);
    packet.set(this.header);
    packet.set(first.bytes, this.header.length);
    return packet;
  }
}
