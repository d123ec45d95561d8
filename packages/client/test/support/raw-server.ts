/**
 * A server that knows no HTTP: it writes down what comes and sends what a test tells it to.
 */

import { MemoryTransport, type Stream } from '@netlayers/testkit';

/** One accepted connection. */
export class RawConnection {
  readonly stream: Stream;
  /** Everything received, one character a byte. */
  received = '';
  ended = false;
  closed = false;
  onChange: (() => void) | null = null;

  constructor(stream: Stream) {
    this.stream = stream;
    stream.setHandler({
      handleData: (buf, start, end) => {
        this.received += String.fromCharCode(...buf.subarray(start, end));
        this.onChange?.();
      },
      handleEnd: () => {
        this.ended = true;
        this.onChange?.();
      },
      handleDrain: () => {},
      handleClose: () => {
        this.closed = true;
      },
    });
  }

  send(text: string): this {
    this.stream.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    return this;
  }

  end(): void {
    this.stream.end();
  }

  /** The heads of the requests received whole, without their last line end. */
  get heads(): string[] {
    const parts = this.received.split('\r\n\r\n').slice(0, -1);
    return parts.filter((part) => /^[A-Z]+ \S+ HTTP/.test(part));
  }
}

/** What answers: called for each connection each time something has come. */
export type RawScript = (connection: RawConnection, index: number) => void;

/** Listens on a transport in memory; returns the connections as they come. */
export async function rawServer(
  transport: MemoryTransport,
  script: RawScript,
  place: { host?: string; port?: number } = {},
): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  await transport.listen({ port: 80, ...place }, (stream) => {
    const connection = new RawConnection(stream);
    const index = connections.push(connection) - 1;
    connection.onChange = () => script(connection, index);
  });
  return connections;
}

/** Answers every request without a body: the answer of its number, the last one for all further. */
export function answers(...texts: readonly string[]): RawScript {
  let answered = 0;
  const seen = new Map<RawConnection, number>();
  return (connection) => {
    for (let n = seen.get(connection) ?? 0; n < connection.heads.length; n++) {
      seen.set(connection, n + 1);
      connection.send(texts[Math.min(answered++, texts.length - 1)] ?? '');
    }
  };
}

/** A response with a text as content. */
export const ok = (content: string, fields = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n${fields}\r\n${content}`;

/** Lets everything that is under way in memory arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A transport whose hosts are all reachable and all the same. */
export const memory = (): MemoryTransport => new MemoryTransport();

/** Keeps a promise from being an unhandled rejection while time is moved. */
export function watched<T>(promise: Promise<T>): { promise: Promise<T>; settled: boolean } {
  const state = { promise, settled: false };
  const done = (): void => {
    state.settled = true;
  };
  promise.then(done, done);
  return state;
}
