/**
 * What a row of the suite says: bytes that a client sends, and what has to come back.
 */

/** What has to come back. */
export interface Expected {
  /** The statuses of all responses, interim ones included, in order. */
  readonly statuses: readonly number[];
  /** The content of the last response, a character an octet. */
  readonly body?: string;
  /** What the head of the last response has to show, and must not. */
  readonly head?: RegExp;
  readonly not?: RegExp;
  /** Whether the connection ends behind that; otherwise it has to answer a further request. @default false */
  readonly closes?: boolean;
}

/**
 * A title with the clause, what is sent (a character an octet), and what has to come back: a number is
 * a single status; a negative one a single status behind which the connection ends.
 */
export type Row = readonly [title: string, send: string, expected: number | Expected];

export const expectedOf = (expected: Row[2]): Expected =>
  typeof expected === 'number'
    ? { statuses: [Math.abs(expected)], closes: expected < 0 }
    : expected;

/** A request of HTTP/1.1 with a Host. */
export const ask = (line: string, fields = '', body = ''): string =>
  `${line} HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;

/** A request with content of a known length. */
export const sized = (line: string, body: string, fields = ''): string =>
  ask(line, `Content-Length: ${body.length}\r\n${fields}`, body);

/** A request whose content is chunks as they stand. */
export const chunked = (line: string, chunks: string, fields = ''): string =>
  ask(line, `Transfer-Encoding: chunked\r\n${fields}`, chunks);

/** Text as one chunk. */
export const chunk = (text: string, extension = ''): string =>
  `${text.length.toString(16)}${extension}\r\n${text}\r\n`;

export const LAST = '0\r\n\r\n';
