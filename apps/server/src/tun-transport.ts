/**
 * Our own TCP: a TUN device, if asked for a capture around it, and a stack on top. The one place of
 * this command that knows how these fit together.
 */

import { HostClock } from '@netlayers/host';
import type { LinkDevice } from '@netlayers/link';
import { createStack } from '@netlayers/stack';
import { type SegmentComments, segmentComments } from '@netlayers/tcp';
import { createTun, type TunDevice } from '@netlayers/tun';
import type { Log } from './log.js';
import type { OpenTransport } from './open-transport.js';
import type { TunOptions } from './options.js';
import { serveUdpEcho } from './udp-echo.js';

const ANY_ADDRESS = '0.0.0.0';

/** Creates the device as the options describe it. */
function openDevice(options: TunOptions): Promise<TunDevice> {
  return createTun({
    address: options.ip,
    driver: options.driver,
    routes: options.routes,
    offload: options.offload,
    ...(options.name === null ? {} : { name: options.name }),
    ...(options.fd === null ? {} : { fd: options.fd }),
    ...(options.mtu === null ? {} : { mtu: options.mtu }),
  });
}

/** The device, recorded into a file if the options say so. */
async function captured(
  device: TunDevice,
  options: TunOptions,
  comments: SegmentComments | null,
  log: Log,
): Promise<LinkDevice> {
  if (options.pcap === null || comments === null) return device;
  const [{ captureDevice }, { openCapture }] = await Promise.all([
    import('@netlayers/link'),
    import('./capture-file.js'),
  ]);
  const sink = openCapture(options.pcap, log);
  const clock = new HostClock();
  const wallTime = (): number => clock.wallTime();
  const { take: comment } = comments;
  return captureDevice(device, { sink, wallTime, interfaceName: device.name, comment });
}

/**
 * Opens the device and starts the stack.
 *
 * @throws TunError when there is no device to be had; Error for a capture that cannot be written.
 */
export async function openTun(options: TunOptions, log: Log): Promise<OpenTransport> {
  const tun = await openDevice(options);
  try {
    const comments = options.pcap === null ? null : segmentComments();
    const device = await captured(tun, options, comments, log);
    const shown = log.shows('debug') ? (await import('./segment-log.js')).segmentLog(log) : null;
    const observer = comments?.observer(shown) ?? shown;
    const stack = createStack({
      device,
      address: tun.address,
      // Whoever routes further subnets here wants them answered.
      acceptAny: options.routes.length > 0,
      ...(options.timeWaitMs === null ? {} : { tcp: { timeWaitMs: options.timeWaitMs } }),
      ...(observer === null ? {} : { observer }),
    });
    if (options.udpEcho !== null) {
      serveUdpEcho(stack, options.udpEcho);
      log.info(`UDP echo on port ${options.udpEcho}: nc -u ${tun.address} ${options.udpEcho}`);
    }
    tun.onError = (error) => log.error(error.message);
    return {
      kind: 'tun',
      transport: stack.transport,
      host: options.routes.length > 0 ? ANY_ADDRESS : tun.address,
      urlHost: tun.address,
      description: `on our own TCP; ${tun.name}, this machine is ${tun.peer}`,
      close: () => stack.close(),
    };
  } catch (error) {
    tun.close();
    throw error;
  }
}
