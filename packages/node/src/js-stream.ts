/**
 * The base class of handles: a native stream of Node that JavaScript fills, for which Node's own
 * code takes a TCP handle.
 *
 * `instanceof TCP` is what `socket.resetAndDestroy()` asks before it resets. The methods of the
 * native class are put in front of TCP's in one chain of prototypes, so that nothing of Node is
 * changed for it; whoever extends this class overrides all that Node calls of TCP's.
 */

import { type JsStreamMethods, nodeInternals, type OnRead } from './node-internals.js';

let isChained = false;

/** Puts the methods of the native stream, and behind them TCP's, behind {@link JsStream}. */
function chainOnce(): void {
  if (isChained) return;
  isChained = true;
  const { JSStream, TCP } = nodeInternals();
  const {
    constructor: _,
    onread: __,
    ...methods
  } = Object.getOwnPropertyDescriptors(JSStream.prototype);
  Object.defineProperties(JsStream.prototype, methods);
  Object.setPrototypeOf(JsStream.prototype, TCP.prototype);
}

// The class and the interface are one: the methods come from Node.
export interface JsStream extends Omit<JsStreamMethods, 'onread'> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above.
export class JsStream {
  /** @throws Error where this Node has no such class. */
  constructor() {
    chainOnce();
    // biome-ignore lint/correctness/noConstructorReturn: the native object takes the place of `this`.
    return Reflect.construct(nodeInternals().JSStream, [], new.target) as JsStream;
  }

  /** A field inside of the native object, which only its own prototype can reach. */
  get onread(): OnRead | undefined {
    return Reflect.get(nodeInternals().JSStream.prototype, 'onread', this) as OnRead | undefined;
  }

  set onread(onread: OnRead | undefined) {
    Reflect.set(nodeInternals().JSStream.prototype, 'onread', onread, this);
  }
}
