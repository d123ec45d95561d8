/**
 * A device with a second way in: packets that a test makes are received as if the wire had brought
 * them. What the stack answers to hosts that do not exist stays here, so that nothing leaves; and
 * the wire can be cut.
 */

import { parseIpv4, readU32 } from '@netlayers/bytes';
import { ChecksumState, type PacketReceiver, WrappedDevice } from '@netlayers/link';
import { KERNELS, openTunStack, type TunStack, type TunStackOptions } from './tun-stack.js';

const IPV4_DESTINATION = 16;
/** After so many packets whoever injects lets everybody else in the process have a turn. */
const BATCH = 64;

/** A device that packets are injected into. */
export class InjectingDevice extends WrappedDevice {
  /** Nothing comes in and nothing goes out while this is true. */
  isCut = false;
  injected = 0;
  swallowed = 0;
  /** Packets that the wire has brought. */
  arrived = 0;
  /** Sees each packet from the wire; valid until it returns. */
  onArrival: ((buf: Uint8Array, start: number, end: number) => void) | null = null;
  /** Sees each packet to a host that does not exist; valid until it returns. */
  onSwallowed: ((buf: Uint8Array, start: number, end: number) => void) | null = null;
  readonly #kernel = parseIpv4(KERNELS) ?? 0;
  #queue: Uint8Array[] = [];
  #offered = 0;

  /** Brings a packet in, which must not change then; resolves when there is room for more. */
  async inject(packet: Uint8Array): Promise<void> {
    this.#queue.push(packet);
    this.onReadable?.();
    // The stack may receive in a microtask: without a turn of the event loop nobody else would run.
    if (++this.#offered % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves when everything injected has been received. */
  async settled(): Promise<void> {
    while (this.#queue.length > 0) {
      this.onReadable?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  override receive(max: number, receiver: PacketReceiver): number {
    // Half of a turn at most: the wire goes on.
    const batch = this.#queue.slice(0, max >>> 1);
    this.#queue = this.#queue.slice(batch.length);
    for (const packet of batch) {
      this.injected++;
      receiver.handlePacket(packet, 0, packet.length, ChecksumState.COMPLETE, 0);
    }
    const count = batch.length + super.receive(max - batch.length, receiver);
    return this.#queue.length > 0 ? max : count;
  }

  override commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (readU32(this.transmitBuffer, start + IPV4_DESTINATION) !== this.#kernel) {
      this.swallowed++;
      this.onSwallowed?.(this.transmitBuffer, start, end);
    } else if (!this.isCut) {
      super.commit(start, end, checksum, segmentSize);
    }
  }

  protected override handleInbound(
    receiver: PacketReceiver,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    if (this.isCut) return;
    this.arrived++;
    this.onArrival?.(buf, start, end);
    receiver.handlePacket(buf, start, end, checksum, segmentSize);
  }
}

/** A stack with a second way in. */
export interface InjectedStack extends TunStack {
  readonly wire: InjectingDevice;
}

/** Opens a stack on an `InjectingDevice` around its TUN device. */
export async function openInjectedStack(options: TunStackOptions = {}): Promise<InjectedStack> {
  const wires: InjectingDevice[] = [];
  const context = await openTunStack({
    ...options,
    wrap: (tun) => {
      const wire = new InjectingDevice(tun);
      wires.push(wire);
      return wire;
    },
  });
  return { ...context, wire: wires[0]! };
}
