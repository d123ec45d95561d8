/**
 * Agents of Node's HTTP clients, and a dispatcher of undici, whose connections go through one host.
 */

import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls, { type ConnectionOptions, type TLSSocket } from 'node:tls';
import { netOf, type StackNet } from './net-of.js';
import type { SocketHost } from './socket-host.js';

/** What {@link agentFor} makes; each has a pool of its own. */
export interface HostAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

type Connected = (error: Error | null, socket: Socket | null) => void;

/**
 * Makes agents for the option `agent` of `http.request` and `https.request`, and of what stands on them.
 *
 * @param options of `http.Agent` and `https.Agent`. @default connections are kept
 */
export function agentFor(
  host: SocketHost,
  options: https.AgentOptions = { keepAlive: true },
): HostAgents {
  const net = netOf(host);
  class StackAgent extends http.Agent {
    override createConnection(connect: http.AgentOptions): Socket {
      return net.connect(connect as Parameters<StackNet['connect']>[0] as never);
    }
  }
  class StackTlsAgent extends https.Agent {
    /** The agent's own method keeps sessions of TLS; it is handed the socket beneath. */
    override createConnection(connect: ConnectionOptions): Socket {
      const create = (
        https.Agent.prototype as unknown as {
          createConnection(options: ConnectionOptions): TLSSocket;
        }
      ).createConnection;
      return overInner(net, connect, (inner) => create.call(this, inner));
    }
  }
  return { http: new StackAgent(options), https: new StackTlsAgent(options) };
}

/** Makes a TLS socket over one of the host's, and has it fail if that one cannot connect. */
function overInner(
  net: StackNet,
  options: ConnectionOptions,
  secure: (options: ConnectionOptions) => TLSSocket,
): TLSSocket {
  const { timeout: _, ...rest } = options;
  const inner = net.connect(rest as never);
  const socket = secure({ ...options, socket: inner });
  inner.on('error', (error) => socket.destroy(error));
  return socket;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** What undici asks a connection for. */
interface UndiciTarget {
  readonly hostname: string;
  readonly host?: string;
  readonly protocol: string;
  readonly port: string;
  readonly servername?: string;
  readonly localAddress?: string | null;
}

/** The class `Agent` of undici: the caller's own, so that its version is that of the caller's `fetch`. */
export type UndiciAgent<Agent> = new (options: {
  // undici types its connector differently from version to version.
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  readonly connect: any;
}) => Agent;

/** Settings of {@link dispatcherFor}. */
export interface DispatcherOptions {
  /** How long a connection may take to be there, in ms; 0 = as long as TCP tries. @default 10,000 */
  readonly connectTimeoutMs?: number;
  /** Of TLS, such as `ca`. */
  readonly tls?: ConnectionOptions;
  /** Further options of undici's `Agent`. */
  readonly agent?: object;
}

/**
 * Makes a dispatcher for `fetch(url, { dispatcher })` and for undici's own functions.
 *
 * @param Agent the class of that name in undici.
 */
export function dispatcherFor<Agent>(
  host: SocketHost,
  Agent: UndiciAgent<Agent>,
  options: DispatcherOptions = {},
): Agent {
  if (typeof Agent !== 'function') throw new TypeError('dispatcherFor takes the Agent of undici');
  const net = netOf(host);
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const connect = (target: UndiciTarget, connected: Connected): void => {
    const socket = connectTo(net, target, options.tls ?? {});
    const event = target.protocol === 'https:' ? 'secureConnect' : 'connect';
    const expire = (): void => void socket.destroy(connectTimeout(connectTimeoutMs));
    const timer = connectTimeoutMs > 0 ? setTimeout(expire, connectTimeoutMs) : undefined;
    const settle = (error: Error | null): void => {
      clearTimeout(timer);
      socket.off(event, succeed).off('error', settle);
      connected(error, error === null ? socket : null);
    };
    const succeed = (): void => settle(null);
    socket.once(event, succeed).once('error', settle);
  };
  return new Agent({ ...options.agent, connect });
}

/** As undici's own. */
const connectTimeout = (ms: number): Error =>
  Object.assign(new Error(`no connection within ${ms} ms`), {
    name: 'ConnectTimeoutError',
    code: 'UND_ERR_CONNECT_TIMEOUT',
  });

function connectTo(net: StackNet, target: UndiciTarget, options: ConnectionOptions): Socket {
  const { hostname, protocol, localAddress } = target;
  const isSecure = protocol === 'https:';
  const where = {
    // undici leaves the brackets of an IPv6 address where they are.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(target.port) || (isSecure ? 443 : 80),
    ...(typeof localAddress === 'string' && { localAddress }),
    noDelay: true,
  };
  if (!isSecure) return net.connect(where);
  const servername = target.servername ?? (net.isIP(where.host) === 0 ? where.host : '');
  const all = { ALPNProtocols: ['http/1.1'], servername, ...options, ...where };
  return overInner(net, all, (inner) => tls.connect(inner));
}
