/**
 * Which address a connection goes to: detours (`--resolve`, `--connect-to`), then names, then the
 * addresses of a name one after the other, each next one a little later, whichever answers first
 * (RFC 8305, without its sorting). Takes down when what was done.
 */

import { type AbortLike, type ByteStream, dropStream, type Transport } from '@netlayers/http';
import type { Detour } from '../command/command.js';

/** How connections are made. */
export interface DialSettings {
  readonly transport: Transport;
  /** Finds the addresses of a name. */
  readonly lookup: (name: string) => Promise<readonly string[]>;
  readonly detours: readonly Detour[];
  /** Told when a name was found. */
  readonly named: () => void;
  readonly connected: (stream: ByteStream) => void;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly signal?: AbortLike;
}

/** When the next address is tried although the one before has not failed, milliseconds. */
const NEXT_ADDRESS_MS = 250;

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);

/** Where a detour leads; `--resolve` and `--connect-to` may follow each other. */
function detoured(place: Place, detours: readonly Detour[]): Place {
  const { host, port } = place;
  const found = detours.find(
    (detour) =>
      (detour.host === '' || detour.host === host.toLowerCase()) &&
      (detour.port === 0 || detour.port === port),
  );
  if (found === undefined) return place;
  const to = { ...place, host: found.toHost || host, port: found.toPort || port };
  const rest = detours.filter((detour) => detour !== found);
  return isAddress(to.host) ? to : detoured(to, rest);
}

/** The first address that answers; streams of those that answer later are dropped. */
function race(
  addresses: readonly string[],
  connect: (address: string, signal: AbortSignal) => PromiseLike<ByteStream>,
  signal: AbortLike | undefined,
): Promise<ByteStream> {
  const others = new AbortController();
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let running = 0;
    let at = 0;
    let first: unknown = null;
    const next = (): void => {
      clearTimeout(timer);
      const address = addresses[at++];
      if (address === undefined || others.signal.aborted) return;
      running++;
      if (at < addresses.length) timer = setTimeout(next, NEXT_ADDRESS_MS);
      connect(address, others.signal).then(won, failed);
    };
    const won = (stream: ByteStream): void => {
      running--;
      if (others.signal.aborted) {
        dropStream(stream);
        return;
      }
      clearTimeout(timer);
      resolve(stream);
      others.abort(new Error('another address has answered'));
    };
    const failed = (error: unknown): void => {
      running--;
      first ??= error;
      if (at < addresses.length) next();
      else if (running === 0) reject(first);
    };
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      others.abort(signal.reason);
    });
    next();
  });
}

/** A transport that connects by these settings. */
export function dialling(settings: DialSettings): Transport {
  const { transport, lookup, detours, named, connected } = settings;
  const connect = async (asked: Place): Promise<ByteStream> => {
    const { host, port, signal } = detoured(asked, detours);
    const addresses = isAddress(host) ? [host] : await lookup(host);
    named();
    const stream = await race(
      addresses,
      (address, signal) => transport.connect({ host: address, port, signal }),
      signal,
    );
    connected(stream);
    return stream;
  };
  return {
    listen: (options, accept) => transport.listen(options, accept),
    connect,
    close: () => transport.close(),
  };
}
