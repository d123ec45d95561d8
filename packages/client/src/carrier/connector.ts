/**
 * Makes the stream to an origin: which transport, which address, and for how long it is tried.
 */

import type { Clock } from '@netlayers/host';
import { type AbortLike, type ByteStream, dropStream, type Transport } from '@netlayers/http';
import { ClientError, connectFailure } from '../base/errors.js';
import type { Origin } from '../base/origin.js';
import { Timeout } from '../base/timeout.js';
import type { Protocols } from './protocols.js';

/** Finds the address of a name. */
export type ResolveName = (name: string, signal: AbortLike) => PromiseLike<string>;

/** How streams are made. */
export interface ConnectorSettings {
  readonly transport: Transport;
  readonly secureTransport: Transport | null;
  /** Reaches servers without TLS through tunnels, where there is a proxy. */
  readonly tunnelTransport: Transport;
  readonly resolve: ResolveName | null;
  readonly protocols: Protocols;
  readonly clock: Clock;
}

/**
 * Connects to an origin.
 *
 * @param attempt gives it up when it is aborted.
 * @throws ClientError for whatever goes wrong, or the reason of the abort.
 */
export async function connectTo(
  origin: Origin,
  settings: ConnectorSettings,
  timeoutMs: number,
  attempt: AbortController,
): Promise<ByteStream> {
  const { signal } = attempt;
  const timeout = new Timeout(settings.clock, () => {
    const text = `cannot connect to ${origin.authority}: no answer within ${timeoutMs} ms: check the address, or allow it more time`;
    attempt.abort(new ClientError('connect-timeout', text));
  });
  timeout.restart(timeoutMs);
  try {
    return await reach(origin, settings, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof ClientError ? error : connectFailure(error, origin.authority);
  } finally {
    timeout.stop();
  }
}

/** Resolves the name and connects; both are raced against the signal, which they may ignore. */
function reach(
  origin: Origin,
  settings: ConnectorSettings,
  signal: AbortSignal,
): Promise<ByteStream> {
  const { secureTransport, resolve, protocols } = settings;
  const plain = origin.isTunnelled ? settings.tunnelTransport : settings.transport;
  const chosen = origin.secure ? secureTransport : plain;
  if (chosen === null) {
    const text = `https is not available on this client: use http://${origin.authority}, or give it a secureTransport`;
    return Promise.reject(new ClientError('unsupported-protocol', text));
  }
  const isName = !/^[\d.]+$|:/.test(origin.host);
  return new Promise((settle, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    const connect = async (): Promise<void> => {
      const host = resolve !== null && isName ? await resolve(origin.host, signal) : origin.host;
      if (signal.aborted) return;
      const place = { host, port: origin.port, signal };
      const alpn = protocols.offerFor(origin);
      const stream = await chosen.connect({ ...place, ...(alpn !== null && { alpn }) });
      // Too late: somebody has given up meanwhile.
      if (signal.aborted) dropStream(stream);
      else settle(stream);
    };
    if (signal.aborted) reject(signal.reason);
    else connect().catch(reject);
  });
}
