/**
 * A TUN device as its user sees it: a `LinkDevice` with a name, addresses and counters.
 */

import { WIDE } from '@netlayers/bytes';
import type { LinkDevice } from '@netlayers/link';
import type { TunError } from './errors.js';

/** What reads and writes the device. */
export type TunDriver = 'koffi' | 'tuntap2';

/** Running totals of one device since it was opened. */
export interface TunCounters {
  receivedPackets: number;
  receivedBytes: number;
  /** Packets the kernel has taken. */
  transmittedPackets: number;
  transmittedBytes: number;
  /** Reads that gave no packet for another reason than that none was waiting. */
  receiveErrors: number;
  /** Packets the kernel refused, or that were still queued when the device closed. */
  transmitErrors: number;
  /** How often the kernel, or a full queue, made the sender wait. */
  transmitBlocked: number;
  /** How often `onReadable` was called. */
  wakeups: number;
}

/** A TUN device that `createTun` opened. It keeps the process alive until it is closed. */
export interface TunDevice extends LinkDevice {
  /** The interface's name, e.g. `tun0`. */
  readonly name: string;
  /** Our own address: packets to it arrive here. */
  readonly address: string;
  /** The kernel's address on the other end of the link. */
  readonly peer: string;
  /** Bytes of the largest IP packet. */
  readonly mtu: number;
  readonly driver: TunDriver;
  /** The descriptor, for a process or worker that inherits it; -1 where the driver hides it. */
  readonly fd: number;
  /** Whether the interface outlives its last user. */
  readonly persistent: boolean;
  readonly counters: Readonly<TunCounters>;
  /**
   * Called once when the device is lost, e.g. because somebody removed the interface; it is closed
   * then. It is noticed while `onReadable` is set. Without a listener the process gets a warning.
   */
  onError: ((error: TunError) => void) | null;
  /** Keeps the process alive again; the default. */
  ref(): void;
  /** Lets the process end although the device is open. */
  unref(): void;
}

/** What a driver is told about the interface that it carries packets of. */
export interface TunIdentity {
  readonly name: string;
  readonly address: string;
  readonly peer: string;
  readonly mtu: number;
  readonly receiveQueue: number;
  readonly persistent: boolean;
}

export function newCounters(): TunCounters {
  const counters = {
    receivedPackets: 0,
    receivedBytes: WIDE,
    transmittedPackets: 0,
    transmittedBytes: WIDE,
    receiveErrors: 0,
    transmitErrors: 0,
    transmitBlocked: 0,
    wakeups: 0,
  };
  counters.receivedBytes = 0;
  counters.transmittedBytes = 0;
  return counters;
}

/** Tells the owner that a device is lost, or the process if nobody listens. */
export function reportLoss(device: TunDevice, error: TunError): void {
  if (device.onError !== null) device.onError(error);
  else process.emitWarning(error);
}
