/**
 * A device that writes every packet into a pcapng capture, both ways.
 *
 * What is written is what the wire would see: a checksum that the stack left to the hardware is
 * completed in the copy. Super-segments are written whole, as a capture on the sending host shows
 * them. A sent packet is written when it is committed, a received one before the stack sees it, or,
 * where comments are asked for, as soon as the stack has judged it: as it came and at the time at which
 * it came, before whatever answers it.
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
   * Says something about a packet, e.g. why it was sent, or what became of it; `null` = nothing. Called
   * with the bytes as they are on the path: when one is committed, and when the stack has taken one.
   */
  readonly comment?: (
    direction: PacketDirection,
    buf: Uint8Array,
    start: number,
    end: number,
  ) => string | null;
}

/** A packet as it is to be written. */
interface Recorded {
  readonly wallTime: number;
  readonly buf: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly checksum: ChecksumState;
}

class CaptureDevice extends WrappedDevice {
  readonly #writer: PcapngWriter;
  readonly #wallTime: () => number;
  readonly #comment: NonNullable<CaptureOptions['comment']> | null;
  /** Where received packets are kept while the stack looks at them. */
  #copy = new Uint8Array(0);
  /** What has left meanwhile, with its comment; `null` while nothing is looked at. */
  #answers: [packet: Recorded, comment: string | null][] | null = null;

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
    const buf = this.transmitBuffer;
    const packet = { wallTime: this.#wallTime(), buf, start, end, checksum };
    const comment = this.#comment?.('outbound', buf, start, end) ?? null;
    if (this.#answers === null) this.#write('outbound', packet, comment);
    else this.#answers.push([copyOf(packet), comment]);
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
    const packet = { wallTime: this.#wallTime(), buf, start, end, checksum };
    if (this.#comment === null) {
      this.#write('inbound', packet, null);
      receiver.handlePacket(buf, start, end, checksum, segmentSize);
      return;
    }
    const length = end - start;
    if (this.#copy.length < length) this.#copy = new Uint8Array(length);
    this.#copy.set(buf.subarray(start, end));
    this.#answers = [];
    try {
      receiver.handlePacket(buf, start, end, checksum, segmentSize);
    } finally {
      const answers = this.#answers;
      this.#answers = null;
      const comment = this.#comment('inbound', this.#copy, 0, length);
      this.#write('inbound', { ...packet, buf: this.#copy, start: 0, end: length }, comment);
      for (const [answer, why] of answers) this.#write('outbound', answer, why);
    }
  }

  #write(
    direction: PacketDirection,
    { wallTime, buf, start, end, checksum }: Recorded,
    comment: string | null,
  ): void {
    const touchUp = checksum === ChecksumState.PARTIAL ? completeTransportChecksum : null;
    this.#writer.writePacket(direction, wallTime, buf, start, end, comment, touchUp);
  }
}

/** A packet that lasts beyond the device's buffer. */
const copyOf = ({ buf, start, end, ...rest }: Recorded): Recorded => ({
  ...rest,
  buf: buf.slice(start, end),
  start: 0,
  end: end - start,
});

/** Wraps a device so that every packet is written to a pcapng capture. */
export const captureDevice = (device: LinkDevice, options: CaptureOptions): LinkDevice =>
  new CaptureDevice(device, options);
