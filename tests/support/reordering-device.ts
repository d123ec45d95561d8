/**
 * A device that overtakes: it keeps chosen packets back while the next few pass. With
 * `faultDevice` around it, a TUN device becomes a bad network.
 *
 * Invariant: a packet that is kept back leaves behind the third packet of its direction after it,
 * or after 2 ms: nothing is lost here.
 */

import type { LinkDevice, PacketReceiver } from '@netlayers/link';
import { type ChecksumState, type PacketDirection, WrappedDevice } from '@netlayers/link';

const OVERTAKEN_BY = 3;
const LONGEST_WAIT_MS = 2;

interface Kept {
  readonly bytes: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
  overtakers: number;
}

/** Keeps back the packets that `chooses` names. */
export class ReorderingDevice extends WrappedDevice {
  reordered = 0;
  readonly #chooses: (direction: PacketDirection) => boolean;
  readonly #inbound: Kept[] = [];
  readonly #outbound: Kept[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(device: LinkDevice, chooses: (direction: PacketDirection) => boolean) {
    super(device);
    this.#chooses = chooses;
  }

  override receive(max: number, receiver: PacketReceiver): number {
    let count = 0;
    while (count < max && (this.#inbound[0]?.overtakers ?? 0) >= OVERTAKEN_BY) {
      const { bytes, checksum, segmentSize } = this.#inbound.shift()!;
      receiver.handlePacket(bytes, 0, bytes.length, checksum, segmentSize);
      count++;
    }
    return count === max ? count : count + super.receive(max - count, receiver);
  }

  override commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (this.#chooses('outbound')) {
      this.#keep(this.#outbound, this.transmitBuffer.slice(start, end), checksum, segmentSize);
      return;
    }
    super.commit(start, end, checksum, segmentSize);
    for (const kept of this.#outbound) kept.overtakers++;
  }

  override flush(): void {
    while ((this.#outbound[0]?.overtakers ?? 0) >= OVERTAKEN_BY) this.#release();
    super.flush();
  }

  override close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
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
    if (this.#chooses('inbound')) {
      this.#keep(this.#inbound, buf.slice(start, end), checksum, segmentSize);
      return;
    }
    receiver.handlePacket(buf, start, end, checksum, segmentSize);
    for (const kept of this.#inbound) kept.overtakers++;
  }

  #keep(queue: Kept[], bytes: Uint8Array, checksum: ChecksumState, segmentSize: number): void {
    this.reordered++;
    queue.push({ bytes, checksum, segmentSize, overtakers: 0 });
    this.#timer ??= setTimeout(() => this.#timeOut(), LONGEST_WAIT_MS);
  }

  #release(): void {
    const { bytes, checksum, segmentSize } = this.#outbound.shift()!;
    const at = this.reserve(bytes.length);
    if (at < 0) return;
    this.transmitBuffer.set(bytes, at);
    super.commit(at, at + bytes.length, checksum, segmentSize);
  }

  #timeOut(): void {
    this.#timer = null;
    for (const kept of this.#inbound) kept.overtakers = OVERTAKEN_BY;
    while (this.#outbound.length > 0) this.#release();
    super.flush();
    if (this.#inbound.length > 0) this.onReadable?.();
  }
}
