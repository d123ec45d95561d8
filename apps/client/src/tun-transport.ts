/**
 * Our own TCP: a TUN device, if asked for a capture around it, and a stack on top. The one place of
 * this command that knows how these fit together.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { HostClock } from '@netlayers/host';
import { createStack } from '@netlayers/stack';
import { segmentComments } from '@netlayers/tcp';
import { createTun } from '@netlayers/tun';
import { CommandError, ExitCode } from './exit-code.js';
import type { Notes } from './notes.js';
import type { OpenTransport } from './open-transport.js';
import type { TunSettings } from './options.js';

/** How long connections may take to end before the device goes, milliseconds. */
const DRAIN_MS = 1000;

/** Names and addresses that mean the host itself, which here is our stack and serves nothing. */
const isSelf = (host: string): boolean =>
  /^localhost\.?$|\.localhost\.?$|^127\.|^::1$|^0\.0\.0\.0$/i.test(host);

const selfError = (host: string, peer: string): Error =>
  Object.assign(
    new Error(
      `${host} is the end of our own TCP, where nothing listens: this machine is ${peer} there, and its server must listen on ${peer} or on all addresses`,
    ),
    { code: 'ELOCAL' },
  );

async function lookup(name: string, peer: string): Promise<string> {
  const dns = await import('node:dns/promises');
  const { address } = await dns.lookup(name, { family: 4 });
  if (isSelf(address)) throw selfError(name, peer);
  return address;
}

/** The file of `--pcap`, written packet by packet: whatever ends the process, it is whole. */
function openCapture(path: string, notes: Notes): { write(bytes: Uint8Array): void } {
  let file: number | null;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw new CommandError(ExitCode.WRITE, `--pcap: ${messageOf(error)}`);
  }
  return {
    write(bytes) {
      if (file === null) return;
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      } catch (error) {
        closeSync(file);
        file = null;
        notes.warn(`--pcap ${path}: ${messageOf(error)}; recording ends`);
      }
    },
  };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** What a connect without an answer may need: this machine forwards only when it is told to. */
function forwardingAdvice(error: unknown, ip: string, peer: string): string | null {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return null;
  if (code === 'ECONNREFUSED') {
    return `a server of this machine must listen on ${peer} or on all addresses, not on 127.0.0.1 alone`;
  }
  if (!['connect-timeout', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)) return null;
  return (
    `for hosts beyond ${peer} this machine must forward: sudo sysctl -w net.ipv4.ip_forward=1 && ` +
    `sudo iptables -t nat -A POSTROUTING -s ${ip}/32 -j MASQUERADE`
  );
}

/**
 * Opens the device and starts the stack.
 *
 * @throws TunError when there is no device to be had; CommandError for a capture that cannot be
 *   written.
 */
export async function openTun(settings: TunSettings, notes: Notes): Promise<OpenTransport> {
  const { ip, name, mtu, pcap } = settings;
  const tun = await createTun({
    address: ip,
    ...(name === null ? {} : { name }),
    ...(mtu === null ? {} : { mtu }),
  });
  try {
    tun.onError = (error) => notes.error(error.message);
    const clock = new HostClock();
    const comments = pcap === null ? null : segmentComments();
    const device =
      pcap === null
        ? tun
        : (await import('@netlayers/link')).captureDevice(tun, {
            sink: openCapture(pcap, notes),
            wallTime: () => clock.wallTime(),
            interfaceName: tun.name,
            ...(comments !== null && { comment: comments.take }),
          });
    const shown = notes.shows('debug')
      ? (await import('./segment-notes.js')).segmentNotes(notes)
      : null;
    const observer = comments?.observer(shown) ?? shown;
    const stack = createStack({
      device,
      address: tun.address,
      ...(observer === null ? {} : { observer }),
    });
    if (notes.shows('info')) {
      notes.line(`* ${tun.name}: we are ${tun.address}, this machine is ${tun.peer}`);
    }
    const { transport } = stack;
    return {
      transport: {
        listen: (options, accept) => transport.listen(options, accept),
        connect: async (options) => {
          if (isSelf(options.host)) throw selfError(options.host, tun.peer);
          return transport.connect(options);
        },
        close: () => transport.close(),
      },
      resolve: async (host) => {
        if (isSelf(host)) throw selfError(host, tun.peer);
        return lookup(host, tun.peer);
      },
      advise: (error) => forwardingAdvice(error, tun.address, tun.peer),
      close: () => stack.close({ drainMs: DRAIN_MS }),
    };
  } catch (error) {
    tun.close();
    throw error;
  }
}
