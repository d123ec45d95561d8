/**
 * Time-outs of sockets, and of sessions and streams of HTTP/2, in virtual time. All three share one
 * method of Node, which keeps its timer under a symbol of Node's own, moves it on with `refresh` and
 * ends it by what it takes a timer to be made of: something that looks like one takes its place.
 */

import http2 from 'node:http2';
import net from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import type { Clock } from '@netlayers/host';
import { otherwiseInNode } from './binding.js';
import { divert, type Inside } from './divert.js';
import { VirtualTimer } from './virtual-time.js';

/** What has a time-out. */
interface TimesOut {
  timeout?: number;
  _onTimeout(): void;
  once(event: 'timeout', listener: () => void): void;
  removeListener(event: 'timeout', listener: () => void): void;
  [symbol: symbol]: unknown;
}

/** In place of the timer of Node's: it ends one by taking away the callback. */
class IdleTime {
  /** Node looks no further at a timer that is destroyed. */
  readonly _destroyed = true;
  readonly #timer: VirtualTimer;
  readonly #ms: number;

  constructor(clock: Clock, owner: TimesOut, ms: number) {
    this.#ms = ms;
    this.#timer = new VirtualTimer(clock, () => owner._onTimeout());
    this.#timer.arm(ms);
  }

  refresh(): this {
    if (this.#timer.isArmed) this.#timer.arm(this.#ms);
    return this;
  }

  get _onTimeout(): unknown {
    return this.#timer.isArmed ? this : null;
  }

  set _onTimeout(_none: null) {
    this.#timer.cancel();
  }
}

/**
 * Diverts `setTimeout` of sockets, sessions and streams.
 *
 * @throws Error for a Node that keeps such timers otherwise.
 */
export function divertIdleTimes(): void {
  const symbol = timerSymbol();
  const setIdleTime: Inside = ({ clock }, self, args, real) => {
    const owner = self as TimesOut;
    const [ms] = args;
    const before = owner[symbol];
    if (before instanceof IdleTime) before._onTimeout = null;
    owner[symbol] = null;
    // Node checks the arguments, and keeps its own timer for a moment.
    const result = real.apply(self, args as never[]);
    if (typeof ms !== 'number' || !(ms > 0)) return result;
    stopTimer(owner[symbol]);
    owner[symbol] = new IdleTime(clock, owner, ms);
    return result;
  };
  divert(net.Socket.prototype, 'setTimeout', setIdleTime);
  for (const prototype of http2Prototypes()) divert(prototype, 'setTimeout', setIdleTime);
}

/** The symbol of the timer, read from a socket that has one. */
function timerSymbol(): symbol {
  const socket = new net.Socket();
  socket.setTimeout(1000);
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'timeout',
  );
  socket.setTimeout(0);
  socket.destroy();
  if (symbol !== undefined) return symbol;
  throw otherwiseInNode('keeps the time-outs of sockets in another way');
}

function stopTimer(timer: unknown): void {
  clearTimeout(timer as NodeJS.Timeout);
}

/** Sessions and streams have no classes that a program can name; one of each shows its own. */
function http2Prototypes(): object[] {
  const session = http2.connect('http://localhost', {
    createConnection: () => new PassThrough() as Duplex,
  });
  session.on('error', () => {});
  const stream = session.request();
  stream.on('error', () => {});
  const found = [session, stream].map((object) => ownerOf(object, 'setTimeout'));
  session.destroy();
  return found.filter((object) => object !== null);
}

/** The prototype that a method is of. */
function ownerOf(object: object, name: string): object | null {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return at;
  }
  return null;
}
