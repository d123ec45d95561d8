/**
 * Our own TCP: a TUN device, if asked for a capture around it, and a stack on top. The one place of
 * the commands that knows how these fit together.
 */

import { HostClock } from '@netlayers/host';
import { captureDevice, type LinkDevice } from '@netlayers/link';
import { createStack, type Stack, type StackOptions } from '@netlayers/stack';
import { type SegmentComments, segmentComments } from '@netlayers/tcp';
import { busyPoll, createTun, type TunDevice } from '@netlayers/tun';
import { openCapture } from './capture-file.js';
import type { ChainLog } from './chain-log.js';
import { deviceOptions } from './device-options.js';
import { given } from './option-values.js';
import { segmentLog } from './segment-log.js';
import type { TunSettings } from './tun-settings.js';

/** A stack on its device. */
export interface TunStack {
  readonly stack: Stack;
  /** Name of the device. */
  readonly name: string;
  /** Our address. */
  readonly address: string;
  /** This machine's address on the link. */
  readonly peer: string;
}

/** What a stack gets that stands beside others for the same host. */
export type SharedHost = Pick<
  StackOptions,
  'clock' | 'sharedSecret' | 'onUnclaimed' | 'memoryLimit'
>;

/** The device, recorded into a file if the settings say so. */
function captured(
  device: TunDevice,
  path: string | null,
  comments: SegmentComments | null,
  log: ChainLog,
): LinkDevice {
  if (path === null || comments === null) return device;
  const clock = new HostClock();
  return captureDevice(device, {
    sink: openCapture(path, log),
    wallTime: () => clock.wallTime(),
    interfaceName: device.name,
    comment: comments.take,
  });
}

/**
 * Opens the device and starts the stack, which owns it from then on.
 *
 * @throws TunError when there is no device to be had; CaptureError for a file that cannot be made.
 */
export async function openTunStack(
  settings: TunSettings,
  log: ChainLog,
  shared: SharedHost = {},
): Promise<TunStack> {
  const tun = await createTun(deviceOptions(settings));
  try {
    tun.onError = (error) => log.error(error.message);
    const comments = settings.pcap === null ? null : segmentComments();
    const waiting = captured(tun, settings.pcap, comments, log);
    const { busyPollMs } = settings;
    const device = busyPollMs === null ? waiting : busyPoll(waiting, { forMs: busyPollMs });
    const shown = log.shows('debug') ? segmentLog(log) : null;
    const { timeWaitMs } = settings;
    const stack = createStack({
      ...shared,
      device,
      address: tun.address,
      // Whoever routes further subnets here wants them answered.
      acceptAny: settings.routes.length > 0,
      ...given({
        tcp: timeWaitMs === null ? null : { timeWaitMs },
        observer: comments?.observer(shown) ?? shown,
      }),
    });
    return { stack, name: tun.name, address: tun.address, peer: tun.peer };
  } catch (error) {
    tun.close();
    throw error;
  }
}
