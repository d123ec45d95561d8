/**
 * Two stacks of `tcpip.js` in this process, their TUN interfaces joined, as its documentation does it. It
 * is no dependency of ours: what is used of its interface stands here.
 */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** A connection or an interface of theirs. */
export interface TheirDuplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** A stack of theirs. */
export interface TheirStack {
  createTunInterface(options: { ip: string }): Promise<TheirDuplex>;
  listenTcp(options: { port: number }): Promise<AsyncIterable<TheirDuplex>>;
  connectTcp(options: { host: string; port: number }): Promise<TheirDuplex>;
}

/** Address of the far one. */
export const THEIR_FAR = '192.168.1.2';

/** Loads a package that may be installed. */
export async function loadInstalled<T>(name: string): Promise<T> {
  const path = createRequire(import.meta.url).resolve(name);
  return (await import(pathToFileURL(path).href)) as T;
}

/** Makes them. */
export async function theirJoinedStacks(): Promise<{ near: TheirStack; far: TheirStack }> {
  const { createStack } = await loadInstalled<{ createStack(): Promise<TheirStack> }>('tcpip');
  const [near, far] = [await createStack(), await createStack()];
  const nearWire = await near.createTunInterface({ ip: '192.168.1.1/24' });
  const farWire = await far.createTunInterface({ ip: `${THEIR_FAR}/24` });
  void nearWire.readable.pipeTo(farWire.writable);
  void farWire.readable.pipeTo(nearWire.writable);
  return { near, far };
}
