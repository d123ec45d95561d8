/**
 * Node's own parser, llhttp, and ours, each as a function from bytes to the requests in them.
 */

import { createRequire } from 'node:module';
import { type RequestHead, RequestParser } from '@netlayers/http';

/** One request as a parser has understood it. */
export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Names and values in turn. */
  readonly fields: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
}

/** What a parser makes of bytes. */
export interface Reading {
  readonly requests: readonly ReadRequest[];
  /** Why it refused what follows; `null` where it did not, or wants more. */
  readonly error: string | null;
}

/** The part of Node's binding that is used. */
interface Binding {
  initialize(type: number, resource: object): void;
  execute(bytes: Buffer): number | (Error & { code: string });
  [callback: number]: ((...args: never[]) => unknown) | undefined;
}

interface BindingClass {
  new (): Binding;
  readonly REQUEST: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser } = createRequire(import.meta.url)('_http_common') as {
  HTTPParser: BindingClass;
};

/** The methods that llhttp knows; it refuses all others. */
export const { methods: METHODS } = createRequire(import.meta.url)('_http_common') as {
  methods: readonly string[];
};

/** Reads with llhttp, as strictly as Node's server does. */
export function readWithNode(bytes: Uint8Array): Reading {
  const requests: ReadRequest[] = [];
  let fields: string[] = [];
  let trailers: string[] = [];
  let body = '';
  let hasHead = false;
  let line = { method: '', target: '', version: '' };
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  parser[HTTPParser.kOnHeaders] = (more: string[], target: string) => {
    (hasHead ? trailers : fields).push(...more);
    if (!hasHead) line.target += target;
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    major: number,
    minor: number,
    more: string[] | undefined,
    method: number,
    target: string | undefined,
  ) => {
    fields.push(...(more ?? []));
    hasHead = true;
    line = {
      method: METHODS[method] ?? '?',
      target: target ?? line.target,
      version: `${major}.${minor}`,
    };
    return 0;
  };
  parser[HTTPParser.kOnBody] = (piece: Buffer) => {
    body += piece.toString('latin1');
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    requests.push({ ...line, fields, body, trailers });
    fields = [];
    trailers = [];
    body = '';
    hasHead = false;
    line = { method: '', target: '', version: '' };
  };
  const result = parser.execute(Buffer.from(bytes));
  return { requests, error: typeof result === 'number' ? null : result.code };
}

/** Reads with our parser, until the connection would end or leave HTTP. */
export function readWithOurs(bytes: Uint8Array): Reading {
  const parser = new RequestParser();
  const requests: ReadRequest[] = [];
  let head: RequestHead | null = null;
  let body = '';
  for (let at = 0; ; ) {
    at = parser.read(bytes, at, bytes.length);
    switch (parser.event) {
      case 'head':
        head = parser.head!;
        body = '';
        break;
      case 'body':
        body += Buffer.from(bytes.subarray(parser.bodyStart, parser.bodyEnd)).toString('latin1');
        break;
      case 'end': {
        const { method, target, version, headers, keepAlive, wantsSwitch } = head!;
        const [fields, trailers] = [[...headers].flat(), [...(parser.trailers ?? [])].flat()];
        requests.push({ method, target, version, fields, body, trailers });
        if (!keepAlive || wantsSwitch) return { requests, error: null };
        parser.forget();
        break;
      }
      case 'partial':
        return { requests, error: null };
      default:
        return { requests, error: parser.error };
    }
  }
}
