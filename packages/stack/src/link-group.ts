/**
 * Several devices, received from and flushed as one: what the turns of a stack with several links
 * drive. Which device a packet leaves through is decided by the routes of IP, above.
 *
 * The devices take turns in being received from first, so a busy one does not hold up the others.
 */

import type { LinkDevice, PacketReceiver } from '@netlayers/link';

/** The part of a device that the turns of a stack need. */
export type DrivenDevice = Pick<
  LinkDevice,
  'onReadable' | 'onWritable' | 'receive' | 'keep' | 'flush' | 'close'
>;

/** Drives all devices of one stack. */
export class LinkGroup implements DrivenDevice {
  /** Where the packet that is being handled comes from. */
  current: LinkDevice;
  readonly #devices: readonly LinkDevice[];
  /** Which device comes first with the next `receive`. */
  #first = 0;

  constructor(devices: readonly [LinkDevice, ...LinkDevice[]]) {
    this.#devices = devices;
    this.current = devices[0];
  }

  get onReadable(): (() => void) | null {
    return this.current.onReadable;
  }

  set onReadable(handler: (() => void) | null) {
    for (const device of this.#devices) device.onReadable = handler;
  }

  get onWritable(): (() => void) | null {
    return this.current.onWritable;
  }

  set onWritable(handler: (() => void) | null) {
    for (const device of this.#devices) device.onWritable = handler;
  }

  receive(max: number, receiver: PacketReceiver): number {
    const devices = this.#devices;
    let count = 0;
    for (let turn = 0; turn < devices.length && count < max; turn++) {
      this.current = devices[(this.#first + turn) % devices.length]!;
      count += this.current.receive(max - count, receiver);
    }
    this.#first = (this.#first + 1) % devices.length;
    return count;
  }

  keep(buf: Uint8Array): boolean {
    return this.current.keep?.(buf) === true;
  }

  flush(): void {
    for (const device of this.#devices) device.flush();
  }

  close(): void {
    for (const device of this.#devices) device.close();
  }
}
