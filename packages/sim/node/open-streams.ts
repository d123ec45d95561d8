/**
 * The connections of one host, those of its former lives too, until they are closed.
 *
 * They are kept alive: undici counts the time-outs of all its connections together, looks at each by a
 * weak reference, and never expects one to be gone that was not closed. Of a host that has crashed, and
 * of a run that is over, nobody closes any, so such time-outs still end, in a later run perhaps, and must
 * find what they are for whenever memory was collected.
 */

import type { HostStream } from '@netlayers/node';

type Handler = Parameters<HostStream['setHandler']>[0];

/** The longest that undici waits by default is 300 s. */
const KEPT_MS = 310_000;

/** Open connections, with what they tell. */
export class OpenStreams {
  readonly #handlers = new Map<HostStream, Handler | null>();

  get size(): number {
    return this.#handlers.size;
  }

  /** Keeps a stream until its handler is told that it is closed. */
  keep(stream: HostStream): HostStream {
    this.#handlers.set(stream, null);
    const setHandler = stream.setHandler.bind(stream);
    stream.setHandler = (handler) => {
      this.#handlers.set(stream, handler);
      setHandler({
        handleData: (buf, start, end) => handler.handleData(buf, start, end),
        handleEnd: () => handler.handleEnd(),
        handleDrain: () => handler.handleDrain(),
        handleClose: (error) => {
          this.#handlers.delete(stream);
          handler.handleClose(error);
        },
      });
    };
    return stream;
  }
}

/** Of runs that are over, with the virtual time of all runs after which their time-outs have ended. */
const remains: { readonly streams: OpenStreams; readonly untilMs: number }[] = [];

/** Virtual time of all runs so far, in ms. */
let passedMs = 0;

/** A run is over: keeps what it has left open for as long as somebody may still look at it. */
export function keepRemains(left: readonly OpenStreams[], durationMs: number): void {
  passedMs += durationMs;
  for (const streams of left) {
    if (streams.size > 0) remains.push({ streams, untilMs: passedMs + KEPT_MS });
  }
  while (remains.length > 0 && remains[0]!.untilMs <= passedMs) remains.shift();
}
