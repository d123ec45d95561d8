/**
 * The queues of a TUN device, one for each worker. The primary opens all of them before the first packet
 * and keeps them for its whole life: the kernel spreads connections over as many queues as there are, so
 * one that came or went would move the connections of all workers.
 *
 * A worker inherits its queue and reads it. While there is no worker, the queue is emptied here: nobody
 * should wait for room in it, and the next worker should not begin with what is long over.
 */

import { deviceOptions, type TunSettings } from '@netlayers/common';
import { createTun, type TunDevice } from '@netlayers/tun';

/** Packets per wake-up while a queue is emptied. */
const BATCH = 256;
const NOBODY = { handlePacket: (): void => {} };

/** The queues of one device. */
export class Queues {
  readonly #devices: readonly TunDevice[];

  private constructor(devices: readonly TunDevice[]) {
    this.#devices = devices;
  }

  /**
   * Opens a device with so many queues.
   *
   * @param onLoss is told, in one line, when somebody removes the device.
   * @throws TunError when there is none to be had.
   */
  static async open(
    settings: TunSettings,
    count: number,
    onLoss: (error: Error) => void,
  ): Promise<Queues> {
    const devices = await createTun({ ...deviceOptions(settings), queues: count });
    for (const device of devices) device.onError = onLoss;
    return new Queues(devices);
  }

  /** The descriptor of a queue, for a worker to inherit. */
  descriptor(index: number): number {
    return this.#devices[index]!.fd;
  }

  /** Throws away what comes to a queue from now on. */
  drain(index: number): void {
    const device = this.#devices[index]!;
    device.onReadable = () => {
      device.receive(BATCH, NOBODY);
    };
  }

  /** Leaves a queue to its worker. */
  release(index: number): void {
    this.#devices[index]!.onReadable = null;
  }

  close(): void {
    for (const device of this.#devices) device.close();
  }
}
