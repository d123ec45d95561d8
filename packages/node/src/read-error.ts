/**
 * How a failure of reading reaches the socket. Handles of libuv pass it through whatever native layer
 * reads from them; a native stream that JavaScript fills can pass bytes and the end only. Every layer
 * of Node hands a failure on to `onread` of the outermost handle, so it is called there.
 *
 * TLS wraps a handle without telling it, so one method of `TLSSocket` is watched from the first handle
 * on: it does what it did, and the wrap is remembered.
 */

import tls from 'node:tls';
import { type JsStreamMethods, missingInNode, nodeInternals } from './node-internals.js';

/** A handle with its `onread`. */
type Readable = Pick<JsStreamMethods, 'onread'>;

/** The TLS layer that reads from a handle. */
const wraps = new WeakMap<object, Readable>();

type WrapHandle = (this: unknown, wrap: unknown, handle: unknown, ...rest: unknown[]) => Readable;

let isWatching = false;

/**
 * Remembers from now on which TLS layer reads from which handle that `isOurs` knows.
 *
 * @throws Error where this Node has no such method.
 */
export function watchTls(isOurs: (handle: unknown) => handle is object): void {
  if (isWatching) return;
  const prototype = tls.TLSSocket.prototype as unknown as { _wrapHandle?: WrapHandle };
  const wrapHandle = prototype._wrapHandle;
  if (wrapHandle === undefined) throw missingInNode('tls.TLSSocket.prototype._wrapHandle');
  isWatching = true;
  prototype._wrapHandle = function (wrap, handle, ...rest) {
    const layer = wrapHandle.call(this, wrap, handle, ...rest);
    if (isOurs(handle)) wraps.set(handle, layer);
    return layer;
  };
}

/** Fails the socket that reads from a handle. */
export function reportReadError(handle: Readable & object, status: number): void {
  const outermost = wraps.get(handle) ?? handle;
  nodeInternals().setReadError(status);
  outermost.onread?.(undefined);
}
