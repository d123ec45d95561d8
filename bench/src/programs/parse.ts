/**
 * Time to parse one request, by our parser and by Node's own with bare callbacks: method, target and all
 * headers as strings, every byte of the body seen. Our parser knows field lines again: `new` has another
 * port in each message, so that none of them came before.
 *
 *     parse ours|new|node MESSAGE
 */

import { createRequire } from 'node:module';
import process from 'node:process';
import { RequestParser } from '@netlayers/http';
import { answerLines } from '../process/lines.js';
import { MESSAGES } from '../process/messages.js';

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

const PORT_MARK = Buffer.from('10.0.0.2:');

/** Gives the message another port each time. */
function renewed(parse: (message: Buffer) => void): (message: Buffer) => void {
  let port = 1000;
  let at = 0;
  return (message) => {
    port = port === 9999 ? 1000 : port + 1;
    if (at === 0) at = message.indexOf(PORT_MARK) + PORT_MARK.length;
    for (let digit = 3, left = port; digit >= 0; digit--, left = Math.trunc(left / 10)) {
      message[at + digit] = 0x30 + (left % 10);
    }
    parse(message);
  };
}

const PARSERS: Readonly<Record<string, () => (message: Buffer) => void>> = {
  ours: ourParser,
  new: () => renewed(ourParser()),
  node: nodeParser,
};

/** Nanoseconds per message over a time. */
function time(parse: (message: Buffer) => void, message: Buffer, milliseconds: number): number {
  const batch = 1000;
  let parsed = 0;
  const began = performance.now();
  let elapsed = 0;
  while (elapsed < milliseconds) {
    for (let index = 0; index < batch; index++) parse(message);
    parsed += batch;
    elapsed = performance.now() - began;
  }
  if (sum === 0) throw new Error('nothing was parsed');
  return (elapsed * 1e6) / parsed;
}

const message = Buffer.from(MESSAGES[process.argv[3]!]!, 'latin1');
const parse = PARSERS[process.argv[2]!]!();
answerLines({ run: (milliseconds) => ({ ns: time(parse, message, milliseconds!) }) });
