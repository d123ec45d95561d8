/**
 * A device that writes every packet into a pcapng capture, both ways.
 *
 * What is written is what the wire would see: a checksum that the stack left to the hardware is
 * completed in the copy. Super-segments are written whole, as a capture on the sending host shows
 * them. A received packet is written before the stack sees it, a sent one when it is committed.
 *
 * The sink gets its bytes at the end of each `receive` and each `flush`, so that a file is complete
 * up to the last turn of the stack, however the program ends.
 */

import { ChecksumState, type LinkDevice, type PacketReceiver } from './link-device.js';
import { type CaptureSink, type PcapngOptions, PcapngWriter } from './pcapng.js';
import { completeTransportChecksum } from './transport-checksum.js';
import { type PacketDirection, WrappedDevice } from './wrapped-device.js';

/** Where a capture goes, and what it says. */
export interface CaptureOptions extends PcapngOptions {
  readonly sink: CaptureSink;
  /** Milliseconds since 1970-01-01 UTC; called once a packet. */
  readonly wallTime: () => number;
  /**
   * Says something about a packet, e.g. why it was sent; `null` = nothing. Called when the packet
   * is written, with the bytes as they are on the path.
   */
  readonly comment?: (
    direction: PacketDirection,
    buf: Uint8Array,
    start: number,
    end: number,
  ) => string | null;
}

class CaptureDevice extends WrappedDevice {
  readonly #writer: PcapngWriter;
  readonly #wallTime: () => number;
  readonly #comment: CaptureOptions['comment'] | null;

  constructor(device: LinkDevice, options: CaptureOptions) {
    super(device);
    this.#writer = new PcapngWriter(options.sink, options);
    this.#writer.flush();
    this.#wallTime = options.wallTime;
    this.#comment = options.comment ?? null;
  }

  override receive(max: number, receiver: PacketReceiver): number {
    try {
      return super.receive(max, receiver);
    } finally {
      this.#writer.flush();
    }
  }

  override commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    this.#write('outbound', this.transmitBuffer, start, end, checksum);
    super.commit(start, end, checksum, segmentSize);
  }

  override flush(): void {
    super.flush();
    this.#writer.flush();
  }

  override close(): void {
    super.close();
    this.#writer.flush();
  }

  protected override handleInbound(
    receiver: PacketReceiver,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    this.#write('inbound', buf, start, end, checksum);
    receiver.handlePacket(buf, start, end, checksum, segmentSize);
  }

  #write(
    direction: PacketDirection,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
  ): void {
    this.#writer.writePacket(
      direction,
      this.#wallTime(),
      buf,
      start,
      end,
      this.#comment?.(direction, buf, start, end) ?? null,
      checksum === ChecksumState.PARTIAL ? completeTransportChecksum : null,
    );
  }
}

/** Wraps a device so that every packet is written to a pcapng capture. */
export const captureDevice = (device: LinkDevice, options: CaptureOptions): LinkDevice =>
  new CaptureDevice(device, options);
