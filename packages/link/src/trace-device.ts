/**
 * A device that shows each packet to a handler: for tracers, counters and tests.
 *
 * A received packet is shown before the stack sees it, a sent one when it is committed, which may
 * be a moment before it is flushed.
 */

import type { ChecksumState, LinkDevice, PacketReceiver } from './link-device.js';
import { type PacketDirection, WrappedDevice } from './wrapped-device.js';

/** Sees a packet; `buf[start..end)` is valid until it returns and is not to be changed. */
export type PacketObserver = (
  direction: PacketDirection,
  buf: Uint8Array,
  start: number,
  end: number,
  checksum: ChecksumState,
  segmentSize: number,
) => void;

class TraceDevice extends WrappedDevice {
  readonly #observe: PacketObserver;

  constructor(device: LinkDevice, observe: PacketObserver) {
    super(device);
    this.#observe = observe;
  }

  override commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    this.#observe('outbound', this.transmitBuffer, start, end, checksum, segmentSize);
    super.commit(start, end, checksum, segmentSize);
  }

  protected override handleInbound(
    receiver: PacketReceiver,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    this.#observe('inbound', buf, start, end, checksum, segmentSize);
    receiver.handlePacket(buf, start, end, checksum, segmentSize);
  }
}

/** Wraps a device so that `observe` sees every packet, both ways. */
export const traceDevice = (device: LinkDevice, observe: PacketObserver): LinkDevice =>
  new TraceDevice(device, observe);
