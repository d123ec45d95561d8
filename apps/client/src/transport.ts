/**
 * Whose TCP carries the request: what the chain of the commands opened, with the names that it can
 * reach and what to tell about a failure. On our own TCP we are one end of a link of two, and this
 * machine is the other.
 */

import { openTransport, type TunStack } from '@netlayers/common';
import type { Transport } from '@netlayers/http';
import type { ClientCommand } from './command/command.js';
import type { Notes } from './show/notes.js';

/** A transport ready to connect with. */
export interface ClientTransport {
  readonly transport: Transport;
  /**
   * Finds the addresses of a name.
   *
   * @param family the only version of IP that will do; `null` for any.
   */
  lookup(name: string, family: 4 | 6 | null): Promise<readonly string[]>;
  /**
   * What else to tell about a failure to connect, or `null`.
   *
   * @param error what the client reported.
   */
  advise(error: unknown): string | null;
  close(): Promise<void>;
}

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

async function addressesOf(name: string, family: 4 | 6 | null): Promise<readonly string[]> {
  const dns = await import('node:dns/promises');
  const found = await dns.lookup(name, { all: true, family: family ?? 0 });
  return found.map(({ address }) => address);
}

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

/** What a client needs of a stack besides its transport. */
function onOurTcp({ stack, address, peer }: TunStack): Omit<ClientTransport, 'close'> {
  const { transport } = stack;
  return {
    transport: {
      listen: (options, accept) => transport.listen(options, accept),
      connect: async (options) => {
        if (isSelf(options.host)) throw selfError(options.host, peer);
        return transport.connect(options);
      },
      close: () => transport.close(),
    },
    lookup: async (host) => {
      if (isSelf(host)) throw selfError(host, peer);
      const [address = ''] = await addressesOf(host, 4);
      if (isSelf(address)) throw selfError(host, peer);
      return [address];
    },
    advise: (error) => forwardingAdvice(error, address, peer),
  };
}

/**
 * Opens the transport of a command.
 *
 * @throws Error, one line for the user.
 */
export async function openClientTransport(
  command: ClientCommand,
  notes: Notes,
): Promise<ClientTransport> {
  const { transport, tun, close } = await openTransport(command.transport, command.tun, notes);
  if (tun === null) return { transport, lookup: addressesOf, advise: () => null, close };
  notes.info(`* ${tun.name}: we are ${tun.address}, this machine is ${tun.peer}`);
  return { ...onOurTcp(tun), close: () => close(DRAIN_MS) };
}
