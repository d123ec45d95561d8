/**
 * A device around a device that changes nothing: what captures, tracers and faults extend, and
 * what anybody's own wrapper can.
 *
 * Everything goes to the inner device as it is, handlers and capabilities included, so wrappers
 * compose in any order. The inner device belongs to the wrapper from then on.
 */

import type { ChecksumState, LinkCapabilities, LinkDevice, PacketReceiver } from './link-device.js';

/** The direction of a packet, seen from the stack that owns the device. */
export type PacketDirection = 'inbound' | 'outbound';

/** Passes everything on to the device inside. */
export class WrappedDevice implements LinkDevice {
  /** The device inside. */
  protected readonly device: LinkDevice;
  readonly #tap: PacketReceiver;
  #receiver: PacketReceiver | null = null;

  constructor(device: LinkDevice) {
    this.device = device;
    this.#tap = {
      handlePacket: (buf, start, end, checksum, segmentSize) => {
        if (this.#receiver === null) return;
        this.handleInbound(this.#receiver, buf, start, end, checksum, segmentSize);
      },
    };
  }

  get capabilities(): LinkCapabilities {
    return this.device.capabilities;
  }

  get onReadable(): (() => void) | null {
    return this.device.onReadable;
  }

  set onReadable(handler: (() => void) | null) {
    this.device.onReadable = handler;
  }

  get onWritable(): (() => void) | null {
    return this.device.onWritable;
  }

  set onWritable(handler: (() => void) | null) {
    this.device.onWritable = handler;
  }

  get transmitBuffer(): Uint8Array {
    return this.device.transmitBuffer;
  }

  receive(max: number, receiver: PacketReceiver): number {
    this.#receiver = receiver;
    try {
      return this.device.receive(max, this.#tap);
    } finally {
      this.#receiver = null;
    }
  }

  reserve(length: number): number {
    return this.device.reserve(length);
  }

  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    this.device.commit(start, end, checksum, segmentSize);
  }

  flush(): void {
    this.device.flush();
  }

  close(): void {
    this.device.close();
  }

  /** Takes each received packet; to be overridden by wrappers that look at them. */
  protected handleInbound(
    receiver: PacketReceiver,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    receiver.handlePacket(buf, start, end, checksum, segmentSize);
  }
}
