/**
 * One suite of raw exchanges over both TCPs: the kernel's, each row in one write, with and without TLS,
 * and ours in virtual time, octet by octet. Each row names the clause that it is about.
 */

import { connect, type Socket } from 'node:net';
import tls from 'node:tls';
import type { ByteStream, Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { tlsTransport } from '@netlayers/node';
import { createNetwork } from '@netlayers/sim';
import { selfSigned } from '@netlayers/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedOf, type Row } from './exchange.js';
import { exchangeServer } from './exchange-app.js';
import { type RawResponse, readResponses } from './raw-responses.js';
import { CONNECTION_ROWS } from './rows/connection.js';
import { CONTENT_ROWS } from './rows/content.js';
import { FIELD_ROWS } from './rows/fields.js';
import { FRAMING_ROWS } from './rows/framing.js';
import { METHOD_ROWS } from './rows/methods.js';
import { START_LINE_ROWS } from './rows/start-line.js';

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  'start lines': START_LINE_ROWS,
  fields: FIELD_ROWS,
  framing: FRAMING_ROWS,
  methods: METHOD_ROWS,
  connections: CONNECTION_ROWS,
  content: CONTENT_ROWS,
};
const ROWS = Object.values(GROUPS).flat();
const FURTHER = 'GET /seen?further HTTP/1.1\r\nHost: further\r\n\r\n';
const OCTETS = 'latin1';

/** What came back of a row. */
interface Outcome {
  readonly responses: readonly RawResponse[];
  /** What does not make a response. */
  readonly rest: string;
  readonly isOver: boolean;
  /** Whether a further request was answered behind it. */
  readonly goesOn: boolean;
}

/** One connection, as a row sees it. */
interface Client {
  send(text: string): void;
  received(): string;
  isOver(): boolean;
  /** Waits until something has happened; false when nothing will, as far as can be told. */
  wait(): Promise<boolean>;
  close(): void;
}

const methodsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|\r\n)([A-Z]+) [^\r\n]* HTTP\/1\.[01]\r\n/g)].map(([, method]) => method!);

/** Sends a row, and then a further request where the connection goes on. */
async function play(client: Client, [, send, expectation]: Row): Promise<Outcome> {
  const { statuses, closes = false } = expectedOf(expectation);
  const methods = methodsOf(send);
  client.send(send);
  const read = () => readResponses(client.received(), methods, client.isOver());
  const isDone = (): boolean =>
    client.isOver() || (!closes && read().responses.length >= statuses.length);
  while (!isDone() && (await client.wait()));
  const { responses, rest } = read();
  const isOver = client.isOver();
  let goesOn = false;
  if (!isOver && !closes) {
    client.send(FURTHER);
    while (!client.isOver() && !client.received().includes('?further')) {
      if (!(await client.wait())) break;
    }
    goesOn = client.received().includes('?further');
  }
  client.close();
  return { responses, rest, isOver, goesOn };
}

/** All rows over the kernel's TCP. */
const overKernel = (): Promise<Outcome[]> =>
  overSockets(kernelTransport(), (port) => connect(port, '127.0.0.1'));

/** All rows over TLS on it. */
function overTls(): Promise<Outcome[]> {
  const identity = selfSigned();
  const trust = { ca: identity.cert, servername: 'localhost' };
  const transport = tlsTransport(kernelTransport(), { identity });
  return overSockets(transport, (port) => tls.connect({ port, host: '127.0.0.1', ...trust }));
}

async function overSockets(
  transport: Transport,
  open: (port: number) => Socket,
): Promise<Outcome[]> {
  const server = exchangeServer({ timeouts: { lingerMs: 100 } });
  const { port } = await server.listen(transport, { host: '127.0.0.1', port: 0 });
  const outcomes: Outcome[] = [];
  for (let at = 0; at < ROWS.length; at += 50) {
    const batch = ROWS.slice(at, at + 50).map((row) => play(kernelClient(open(port)), row));
    outcomes.push(...(await Promise.all(batch)));
  }
  await server.close({ deadlineMs: 500 });
  await transport.close();
  return outcomes;
}

const PATIENCE_MS = 3000;

function kernelClient(socket: Socket): Client {
  let text = '';
  let isOver = false;
  let wake = (): void => {};
  socket.on('error', () => {});
  socket.on('data', (piece) => {
    text += piece.toString(OCTETS);
    wake();
  });
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      isOver = true;
      wake();
    });
  }
  return {
    send: (more) => socket.write(more, OCTETS),
    received: () => text,
    isOver: () => isOver,
    wait: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), PATIENCE_MS);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      }),
    close: () => socket.destroy(),
  };
}

/** All rows over our TCP, octet by octet, in virtual time. */
async function overOurs(): Promise<Outcome[]> {
  const network = createNetwork({ seed: 8 });
  const server = network.host({ name: 'server.test', address: '10.0.0.1' });
  const client = network.host({ address: '10.0.0.2' });
  network.link(client, server, { delayMs: 1 });
  const http = exchangeServer({ clock: network.clock });
  return network.run(async () => {
    await http.listen(server.transport, { port: 80 });
    const outcomes = [];
    for (const row of ROWS) {
      outcomes.push(await play(await ourClient(client.transport, network), row));
    }
    await http.close({ deadlineMs: 500 });
    return outcomes;
  });
}

async function ourClient(
  transport: Transport,
  network: ReturnType<typeof createNetwork>,
): Promise<Client> {
  const stream: ByteStream = await transport.connect({ host: 'server.test', port: 80 });
  let text = '';
  let isOver = false;
  stream.setHandler({
    handleData(buf, start, end) {
      text += Buffer.from(buf.subarray(start, end)).toString(OCTETS);
    },
    handleEnd() {
      isOver = true;
    },
    handleDrain() {},
    handleClose() {
      isOver = true;
    },
  });
  let idle = 0;
  let seen = 0;
  return {
    send(more) {
      void (async () => {
        for (const octet of Buffer.from(more, OCTETS)) {
          stream.write(Uint8Array.of(octet));
          // A segment each, where the row is not long.
          if (more.length < 400) await network.sleep(0);
        }
      })();
    },
    received: () => text,
    isOver: () => isOver,
    async wait() {
      await network.sleep(5);
      idle = text.length === seen ? idle + 5 : 0;
      seen = text.length;
      return idle < 60_000;
    },
    close: () => stream.abort(),
  };
}

const sets: Record<string, Promise<Outcome[]>> = {};
beforeAll(async () => {
  // Most of it is waiting for what will not come. In virtual time nothing waits, and holds up those who do.
  sets["the kernel's TCP"] = overKernel();
  sets["TLS on the kernel's TCP"] = overTls();
  await Promise.allSettled(Object.values(sets));
  sets['our TCP, octet by octet'] = overOurs();
  await Promise.allSettled(Object.values(sets));
}, 120_000);

describe.each(["the kernel's TCP", "TLS on the kernel's TCP", 'our TCP, octet by octet'])(
  'over %s',
  (name) => {
    let outcomes: readonly Outcome[] = [];
    beforeAll(async () => {
      outcomes = await sets[name]!;
    });
    afterAll(() => {
      outcomes = [];
    });

    for (const [group, rows] of Object.entries(GROUPS)) {
      describe(group, () => {
        for (const row of rows) {
          const [title, , expectation] = row;
          // Where there is TLS, https is served.
          const isOther = name.startsWith('TLS') && title.startsWith('https over plain TCP');
          it.skipIf(isOther)(title, () => {
            const { responses, rest, isOver, goesOn } = outcomes[ROWS.indexOf(row)]!;
            const { statuses, body, head, not, closes = false } = expectedOf(expectation);
            expect(responses.map(({ status }) => status)).toEqual(statuses);
            const last = responses.at(-1);
            if (body !== undefined) expect(statuses.includes(101) ? rest : last?.body).toBe(body);
            if (head !== undefined) expect(last?.head).toMatch(head);
            if (not !== undefined) expect(last?.head).not.toMatch(not);
            if (statuses.includes(101)) return;
            expect({ isOver, goesOn }).toEqual({ isOver: closes, goesOn: !closes });
            // RFC 9112, 9.6: who closes says so, where it is a response that it closes behind.
            if (closes && statuses.length > 0) expect(last?.head).toMatch(/^connection: close$/im);
          });
        }
      });
    }
  },
);
