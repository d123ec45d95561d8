/**
 * Time to parse one request, against Node's own parser with bare callbacks: method, target and all
 * headers as strings, every byte of the body seen.
 */

import { createRequire } from 'node:module';
import { RequestParser } from '@netlayers/http';
import type { Row } from '../harness/row.js';

interface NodeParser {
  initialize(type: number, owner: object): void;
  execute(buf: Buffer): number | Error;
  [callback: number]: (...args: never[]) => unknown;
}

interface NodeParserClass {
  new (): NodeParser;
  readonly REQUEST: number;
  readonly kOnHeaders: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const require = createRequire(import.meta.url);
const { HTTPParser } = require('node:_http_common') as { HTTPParser: NodeParserClass };

const BROWSER_FIELDS = [
  'Host: 10.0.0.2:8080',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Cache-Control: max-age=0',
  'Connection: keep-alive',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: none',
  'Sec-Fetch-User: ?1',
  'Upgrade-Insecure-Requests: 1',
];

const chunk = (length: number): string => `${length.toString(16)}\r\n${'b'.repeat(length)}\r\n`;

const MESSAGES: Readonly<Record<string, string>> = {
  'tiny GET': 'GET / HTTP/1.1\r\nHost: 10.0.0.2:8080\r\n\r\n',
  'browser GET, 12 fields': `GET /index.html HTTP/1.1\r\n${BROWSER_FIELDS.join('\r\n')}\r\n\r\n`,
  'chunked POST, 3 chunks':
    'POST /echo HTTP/1.1\r\nHost: 10.0.0.2:8080\r\nContent-Type: application/octet-stream\r\n' +
    `Transfer-Encoding: chunked\r\n\r\n${chunk(400)}${chunk(400)}${chunk(200)}0\r\n\r\n`,
};

/** Something that a result can depend on, so that no work is optimised away. */
let sum = 0;

function nodeParser(): (message: Buffer) => void {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  parser[HTTPParser.kOnHeaders] = (_major, _minor, headers: string[] | undefined) => {
    sum += headers === undefined ? 0 : headers.length;
    return 0;
  };
  parser[HTTPParser.kOnBody] = (body: Buffer) => {
    sum += body.length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    sum++;
  };
  return (message) => void parser.execute(message);
}

const latin1Slice = Buffer.prototype.latin1Slice;
const decodeText = (buf: Uint8Array, start: number, end: number): string =>
  latin1Slice.call(buf as Buffer, start, end);

function ourParser(): (message: Uint8Array) => void {
  const parser = new RequestParser({ decodeText });
  return (message) => {
    let at = 0;
    for (;;) {
      at = parser.read(message, at, message.length);
      switch (parser.event) {
        case 'head':
          for (const [name, value] of parser.head!.headers) sum += name.length + value.length;
          break;
        case 'body':
          sum += parser.bodyEnd - parser.bodyStart;
          break;
        case 'end':
          return;
        default:
          throw new Error(`the parser says ${parser.event}`);
      }
    }
  };
}

/** Nanoseconds per message over a fixed time. */
function time(parse: (message: Buffer) => void, text: string): number {
  const message = Buffer.from(text, 'latin1');
  const batch = 1000;
  let parsed = 0;
  const began = performance.now();
  let elapsed = 0;
  while (elapsed < 300) {
    for (let index = 0; index < batch; index++) parse(message);
    parsed += batch;
    elapsed = performance.now() - began;
  }
  if (sum === 0) throw new Error('nothing was parsed');
  return (elapsed * 1e6) / parsed;
}

/** The rows of the parser, one per message. */
export const parseRows = (): Row[] =>
  Object.entries(MESSAGES).map(([name, text]) => ({
    name: 'parse',
    title: `parse: ${name} (${text.length} B)`,
    unit: 'ns',
    moreIsBetter: false,
    variants: [
      { name: 'ours', measure: async () => time(ourParser(), text) },
      { name: "Node's HTTPParser", measure: async () => time(nodeParser(), text) },
    ],
    baseline: "Node's HTTPParser",
  }));
