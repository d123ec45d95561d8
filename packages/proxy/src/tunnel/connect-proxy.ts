/**
 * A forward proxy for CONNECT (RFC 9110, 9.3.6): a tunnel to where the client names, as far as that is
 * allowed. Nothing is allowed by itself.
 */

import {
  type AbortLike,
  type Clock,
  checkOptions,
  HostClock,
  type OptionNames,
} from '@netlayers/host';
import { type ByteStream, dropStream, Response, type Transport } from '@netlayers/http';
import { errorResponse, type Handler, type ServerRequest } from '@netlayers/server';
import { tunnelTo } from './tunnel-to.js';

/** Where a client wants to go. */
export interface ConnectTarget {
  /** A name or an address, in lower case; IPv6 without brackets. Names are resolved afterwards. */
  readonly host: string;
  readonly port: number;
}

/** Settings of {@link connectProxy}. */
export interface ConnectProxyOptions {
  /** Makes the connections. */
  readonly transport: Transport;
  /**
   * Whether this client may go there. A name that is allowed may be resolved to any address: who lets
   * clients choose names allows addresses, or resolves them here.
   */
  readonly allow: (target: ConnectTarget, request: ServerRequest) => boolean | PromiseLike<boolean>;
  /** @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** Without a byte in either direction; then a reset. @default 3_600_000 */
  readonly idleMs?: number;
  /** Tunnels at once; further ones get 503. @default 1024 */
  readonly maxTunnels?: number;
  /** @default the host's */
  readonly clock?: Clock;
}

const OPTIONS: OptionNames<ConnectProxyOptions> = {
  transport: 'needed',
  allow: 'needed',
  connectTimeoutMs: 'optional',
  idleMs: 'optional',
  maxTunnels: 'optional',
  clock: 'optional',
};

/**
 * Makes a handler for `Server.connect`.
 *
 * @throws TypeError without `transport` and `allow`.
 */
export function connectProxy(options: ConnectProxyOptions): Handler {
  checkOptions('connectProxy', options, OPTIONS);
  const { transport, allow, maxTunnels = 1024, idleMs = 3_600_000 } = options;
  const clock = options.clock ?? new HostClock();
  let tunnels = 0;
  return async (request) => {
    const target = targetOf(request.target);
    if (request.method !== 'CONNECT' || target === null) return errorResponse(400);
    if ((await allow(target, request)) !== true) return errorResponse(403, 'not allowed');
    if (tunnels >= maxTunnels) return errorResponse(503).header('Retry-After', '1');
    tunnels++;
    const over = (): void => {
      tunnels--;
    };
    let stream: ByteStream;
    try {
      stream = await reach(
        transport,
        target,
        clock,
        options.connectTimeoutMs ?? 10_000,
        request.signal,
      );
    } catch (error) {
      over();
      return errorResponse(isTimeout(error) ? 504 : 502, 'it could not be reached');
    }
    const taken = { stream, remaining: new Uint8Array(0) };
    return tunnelTo(request, () => taken, new Response(200), { clock, idleMs }, over);
  };
}

/** Takes `host:port` apart, which the server has found to be one. */
function targetOf(authority: string): ConnectTarget | null {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(authority);
  if (parts === null) return null;
  const [, literal, name = '', port] = parts;
  return { host: (literal ?? name).toLowerCase(), port: Number(port) };
}

/** Connects, for as long as the client waits and no longer than it may take. */
async function reach(
  transport: Transport,
  target: ConnectTarget,
  clock: Clock,
  timeoutMs: number,
  gone: AbortLike,
): Promise<ByteStream> {
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(gone.reason);
  const timer = clock.setTimer(clock.now() + timeoutMs, () => controller.abort(TIMEOUT));
  if (gone.aborted) giveUp();
  gone.addEventListener('abort', giveUp);
  const { signal } = controller;
  try {
    const connecting = Promise.resolve(transport.connect({ ...target, signal }));
    // A transport may take its time to notice.
    return await new Promise<ByteStream>((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason));
      connecting.then((stream) => (signal.aborted ? dropStream(stream) : resolve(stream)), reject);
    });
  } finally {
    clock.clearTimer(timer);
    gone.removeEventListener('abort', giveUp);
  }
}

const TIMEOUT = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });

const isTimeout = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ETIMEDOUT';
