/**
 * What of Node's own inside the handles and hooks stand on: the class of native streams that
 * JavaScript fills, the class of TCP handles, and two symbols of `node:net`.
 *
 * None of it is documented, all of it is old and in use by Node itself: `JSStream` carries TLS over
 * any Duplex. So everything is looked for when it is first needed, and what is missing is named in
 * one line: a program must not hang because its Node is another one.
 */

import net from 'node:net';

/** Called with `undefined`, after `setReadError`, for a failure of reading. */
export type OnRead = (this: unknown, buffer: undefined) => unknown;

/** Calls of Node's stream layer that end in `onread`, `oncomplete` or the listener of a native layer. */
export interface JsStreamMethods {
  onread: OnRead | undefined;
  readBuffer(bytes: Uint8Array): void;
  emitEOF(): void;
  finishWrite(request: object, status: number): void;
  finishShutdown(request: object, status: number): void;
}

/** What is known of Node's inside. */
export interface NodeInternals {
  readonly JSStream: { new (): JsStreamMethods; readonly prototype: JsStreamMethods };
  readonly TCP: { readonly prototype: object };
  /** Tells `onread` that reading has failed. */
  setReadError(status: number): void;
  /** Names the socket that a handle belongs to. */
  readonly ownerSymbol: symbol;
  /** A method of sockets: gives one another handle. */
  readonly reinitializeHandle: symbol;
}

/** An error that says which part of Node is not there, and what to do. */
export const missingInNode = (what: string): Error =>
  Object.assign(
    new Error(
      `Node ${process.version} has no ${what}, which native handles stand on: use duplexOf, which needs none`,
    ),
    { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' },
  );

let known: NodeInternals | null = null;

/**
 * Looks for Node's inside, once.
 *
 * @throws Error with code ERR_FEATURE_UNAVAILABLE_ON_PLATFORM that names what this Node lacks.
 */
export function nodeInternals(): NodeInternals {
  known ??= find();
  return known;
}

function find(): NodeInternals {
  const { JSStream } = binding<{ JSStream: NodeInternals['JSStream'] }>('js_stream', 'JSStream');
  const { TCP } = binding<{ TCP: NodeInternals['TCP'] }>('tcp_wrap', 'TCP');
  const { streamBaseState, kReadBytesOrError } = binding<{
    readonly streamBaseState: Int32Array;
    readonly kReadBytesOrError: number;
  }>('stream_wrap', 'streamBaseState');
  const reinitializeHandle = symbolOf(net.Socket.prototype, 'kReinitializeHandle');
  if (reinitializeHandle === undefined)
    throw missingInNode('net.Socket.prototype[kReinitializeHandle]');
  return {
    JSStream,
    TCP,
    setReadError: (status) => {
      streamBaseState[kReadBytesOrError] = status;
    },
    ownerSymbol: ownerSymbolOf(JSStream),
    reinitializeHandle,
  };
}

/** A binding of Node and a name that has to be in it. */
function binding<T>(name: string, export_: keyof T & string): T {
  const { binding: load } = process as unknown as { binding?: (name: string) => unknown };
  try {
    const found = load?.call(process, name) as T | undefined;
    if (found?.[export_] !== undefined) return found;
  } catch {
    // As good as one without the name.
  }
  throw missingInNode(`process.binding('${name}').${export_}`);
}

/** A socket marks the handle that it is given. */
function ownerSymbolOf(JSStream: NodeInternals['JSStream']): symbol {
  const handle = new JSStream();
  new net.Socket({ handle, manualStart: true, readable: false } as net.SocketConstructorOpts);
  const symbol = symbolOf(handle, 'owner_symbol');
  if (symbol === undefined) throw missingInNode('owner_symbol of handles');
  return symbol;
}

const symbolOf = (object: object, description: string): symbol | undefined =>
  Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
