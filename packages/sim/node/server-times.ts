/**
 * `headersTimeout` and `requestTimeout` of Node's HTTP servers in virtual time. Node measures both with
 * a clock of the native parser and looks once per `connectionsCheckingInterval`; here the parser's
 * events say when a request begins, when its head is there and when it ends, and the same moments are
 * looked at.
 *
 * As in Node, the first request of a connection begins with the connection: a peer that connects and
 * says nothing is one that is late.
 */

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Clock } from '@netlayers/host';
import { divert } from './divert.js';
import { VirtualTimer } from './virtual-time.js';

type Server = http.Server & { readonly connectionsCheckingInterval?: number };

/**
 * A parser of Node's: its callbacks are under numbers, which its class tells, and one serves connection
 * after connection.
 */
interface Parser {
  [event: number]: ((this: Parser, ...args: unknown[]) => unknown) | null | undefined;
  readonly constructor: Partial<ParserEvents>;
}

interface ParserEvents {
  readonly kOnMessageBegin: number;
  readonly kOnHeadersComplete: number;
  readonly kOnMessageComplete: number;
}

/** Node looks that often when a server does not say otherwise. */
const CHECKING_INTERVAL_MS = 30_000;

/** Who wants to know of a parser's events. */
const watches = new WeakMap<Parser, RequestTimes>();
const wrapped = new WeakSet<Parser>();

/** When the request of one connection has to be there. */
class RequestTimes {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #listeningSince: number;
  readonly #timer: VirtualTimer;
  #beganAt: number;
  #hasHead = false;

  constructor(server: Server, socket: net.Socket, clock: Clock, listeningSince: number) {
    this.#server = server;
    this.#clock = clock;
    this.#listeningSince = listeningSince;
    this.#beganAt = clock.now();
    this.#timer = new VirtualTimer(clock, () => socket.emit('error', requestTimeout()));
    this.#arm();
  }

  begin(): void {
    // The first one has begun with the connection.
    if (this.#timer.isArmed) return;
    this.#beganAt = this.#clock.now();
    this.#hasHead = false;
    this.#arm();
  }

  headComplete(): void {
    this.#hasHead = true;
    this.#arm();
  }

  end(): void {
    this.#timer.cancel();
  }

  #arm(): void {
    const { headersTimeout, requestTimeout: whole } = this.#server;
    const limits = [this.#hasHead ? 0 : headersTimeout, whole].filter((limit) => limit > 0);
    this.#timer.cancel();
    if (limits.length === 0) return;
    const dueAt = this.#checkAfter(this.#beganAt + Math.min(...limits));
    this.#timer.arm(dueAt - this.#clock.now());
  }

  /** The first look of the server behind a moment. */
  #checkAfter(atMs: number): number {
    const interval = this.#server.connectionsCheckingInterval ?? CHECKING_INTERVAL_MS;
    const looks = Math.floor((atMs - this.#listeningSince) / interval) + 1;
    return this.#listeningSince + looks * interval;
  }
}

/** Watches every HTTP server that begins to listen inside of a simulation. */
export function divertServerTimes(): void {
  const watched = new WeakSet<Server>();
  divert(net.Server.prototype, 'listen', ({ clock }, self, args, real) => {
    const server = self as Server;
    const isSecure = server instanceof https.Server;
    if ((isSecure || server instanceof http.Server) && !watched.has(server)) {
      watched.add(server);
      const since = clock.now();
      server.on(isSecure ? 'secureConnection' : 'connection', (socket: net.Socket) => {
        watch(new RequestTimes(server, socket, clock, since), socket);
      });
    }
    return real.apply(self, args as never[]);
  });
}

function watch(times: RequestTimes, socket: net.Socket): void {
  const { parser } = socket as unknown as { readonly parser?: Parser | null };
  socket.once('close', () => times.end());
  if (parser === null || parser === undefined || !tellsEvents(parser)) {
    times.end();
    return;
  }
  watches.set(parser, times);
  // Once it is free the parser serves another connection.
  socket.once('close', () => {
    if (watches.get(parser) === times) watches.delete(parser);
  });
  if (wrapped.has(parser)) return;
  wrapped.add(parser);
  const { kOnMessageBegin, kOnHeadersComplete, kOnMessageComplete } = parser.constructor;
  tell(parser, kOnMessageBegin, (told) => told.begin());
  tell(parser, kOnHeadersComplete, (told) => told.headComplete());
  tell(parser, kOnMessageComplete, (told) => told.end());
}

const tellsEvents = (parser: Parser): parser is Parser & { readonly constructor: ParserEvents } =>
  parser.constructor.kOnMessageBegin !== undefined;

/** Has one callback of a parser tell whoever watches it, and then do what it did. */
function tell(parser: Parser, event: number, notice: (times: RequestTimes) => void): void {
  const callback = parser[event];
  parser[event] = function (this: Parser, ...args): unknown {
    const times = watches.get(parser);
    if (times !== undefined) notice(times);
    return callback?.apply(this, args);
  };
}

const requestTimeout = (): Error =>
  Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
