/**
 * A device that damages packets on purpose: a function decides for each one whether it passes, is
 * dropped, doubled, corrupted or truncated. Same decisions, same run: there is no randomness here.
 *
 * A damaged packet is damaged as on a real wire, where no checksum is left to be completed: one
 * that carries only the pseudo-header's sum is completed first, so that the receiver can notice.
 * A damaged super-segment on its way out is lost instead: whoever cut it up below would give each
 * piece a checksum that is right.
 *
 * Delay and reordering need time: see `@netlayers/sim`.
 */

import { ChecksumState, type LinkDevice, type PacketReceiver } from './link-device.js';
import { completeTransportChecksum } from './transport-checksum.js';
import { type PacketDirection, WrappedDevice } from './wrapped-device.js';

/** What happens to a packet. */
export type Fault =
  | 'pass'
  | 'drop'
  /** It arrives twice, the copy right behind it. */
  | 'duplicate'
  /** These bits are flipped, counted from the first bit of the IP header; bits past the end are ignored. */
  | { readonly flipBits: readonly number[] }
  /** Only so many bytes arrive; none at all is a drop. */
  | { readonly truncateTo: number };

/**
 * Decides about a packet; `buf[start..end)` is valid until it returns and is not to be changed.
 *
 * @param packetNumber counts the packets of this direction from 1.
 */
export type FaultDecision = (
  direction: PacketDirection,
  packetNumber: number,
  buf: Uint8Array,
  start: number,
  end: number,
) => Fault;

/** What happened to the packets of one direction. */
export interface FaultCounts {
  packets: number;
  dropped: number;
  duplicated: number;
  corrupted: number;
  truncated: number;
  /** Copies that found no room in the transmit queue. */
  duplicatesLost: number;
}

/** A device with faults, and the count of them. */
export interface FaultDevice extends LinkDevice {
  readonly inboundFaults: Readonly<FaultCounts>;
  readonly outboundFaults: Readonly<FaultCounts>;
}

/** A received copy that waits because `receive` had delivered all it may. */
interface Held {
  readonly bytes: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
}

const noFaults = (): FaultCounts => ({
  packets: 0,
  dropped: 0,
  duplicated: 0,
  corrupted: 0,
  truncated: 0,
  duplicatesLost: 0,
});

/** Damages `buf[start..end)` in place and returns where it ends now. */
function damage(
  fault: Exclude<Fault, string>,
  counts: FaultCounts,
  buf: Uint8Array,
  start: number,
  end: number,
): number {
  if ('truncateTo' in fault) {
    counts.truncated++;
    return Math.min(end, start + fault.truncateTo);
  }
  counts.corrupted++;
  for (const bit of fault.flipBits) {
    const at = start + (bit >>> 3);
    if (at < end) buf[at]! ^= 0x80 >> (bit & 7);
  }
  return end;
}

class FaultyDevice extends WrappedDevice implements FaultDevice {
  readonly inboundFaults = noFaults();
  readonly outboundFaults = noFaults();
  readonly #decide: FaultDecision;
  readonly #only: PacketDirection | null;
  readonly #held: Held[] = [];
  /** Packets that the current `receive` may still deliver. */
  #budget = 0;
  #closed = false;

  constructor(device: LinkDevice, decide: FaultDecision, only: PacketDirection | null) {
    super(device);
    this.#decide = decide;
    this.#only = only;
  }

  override receive(max: number, receiver: PacketReceiver): number {
    let count = 0;
    for (; count < max && this.#held.length > 0 && !this.#closed; count++) {
      const { bytes, checksum, segmentSize } = this.#held.shift()!;
      receiver.handlePacket(bytes, 0, bytes.length, checksum, segmentSize);
    }
    if (count === max || this.#closed) return count;
    this.#budget = max - count;
    count += super.receive(max - count, receiver);
    // Held copies wait for the next call: the caller must not take this one for drained.
    return this.#held.length > 0 ? max : count;
  }

  override commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    const counts = this.outboundFaults;
    const buf = this.transmitBuffer;
    const fault = this.#faultOf('outbound', counts, buf, start, end);
    if (fault === 'pass') {
      super.commit(start, end, checksum, segmentSize);
    } else if (fault === 'drop') {
      counts.dropped++;
    } else if (fault === 'duplicate') {
      super.commit(start, end, checksum, segmentSize);
      this.#commitCopy(start, end, checksum, segmentSize);
    } else {
      if (checksum === ChecksumState.PARTIAL) completeTransportChecksum(buf, start, end);
      const last = damage(fault, counts, buf, start, end);
      if (segmentSize === 0 && last > start) super.commit(start, last, ChecksumState.COMPLETE, 0);
    }
  }

  override close(): void {
    this.#closed = true;
    this.#held.length = 0;
    super.close();
  }

  protected override handleInbound(
    receiver: PacketReceiver,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    const counts = this.inboundFaults;
    const fault = this.#faultOf('inbound', counts, buf, start, end);
    if (fault === 'pass') {
      this.#deliver(receiver, buf, start, end, checksum, segmentSize);
    } else if (fault === 'drop') {
      counts.dropped++;
    } else if (fault === 'duplicate') {
      counts.duplicated++;
      this.#deliver(receiver, buf, start, end, checksum, segmentSize);
      this.#deliver(receiver, buf, start, end, checksum, segmentSize);
    } else {
      // The bytes belong to the device inside: what is damaged is a copy.
      const copy = buf.slice(start, end);
      if (checksum === ChecksumState.PARTIAL) completeTransportChecksum(copy, 0, copy.length);
      const last = damage(fault, counts, copy, 0, copy.length);
      if (last > 0) this.#deliver(receiver, copy, 0, last, ChecksumState.COMPLETE, segmentSize);
    }
  }

  #faultOf(
    direction: PacketDirection,
    counts: FaultCounts,
    buf: Uint8Array,
    start: number,
    end: number,
  ): Fault {
    counts.packets++;
    if (this.#only !== null && this.#only !== direction) return 'pass';
    return this.#decide(direction, counts.packets, buf, start, end);
  }

  #commitCopy(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    const at = this.reserve(end - start);
    if (at === -1) {
      this.outboundFaults.duplicatesLost++;
      return;
    }
    this.outboundFaults.duplicated++;
    this.transmitBuffer.copyWithin(at, start, end);
    super.commit(at, at + end - start, checksum, segmentSize);
  }

  #deliver(
    receiver: PacketReceiver,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    if (this.#budget-- > 0) receiver.handlePacket(buf, start, end, checksum, segmentSize);
    else this.#held.push({ bytes: buf.slice(start, end), checksum, segmentSize });
  }
}

/**
 * Wraps a device so that `decide` chooses what happens to each packet.
 *
 * @param only the direction to decide about; the other one passes untouched. @default both
 */
export const faultDevice = (
  device: LinkDevice,
  decide: FaultDecision,
  only: PacketDirection | null = null,
): FaultDevice => new FaultyDevice(device, decide, only);
