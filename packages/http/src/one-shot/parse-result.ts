/**
 * The three answers of a parser: a whole message, "not yet", or a refusal. A refusal is a value:
 * bytes from the wire never make a parser throw.
 */

/** What a one-shot parse found at the start of some bytes. */
export type ParseResult<T> =
  | {
      readonly status: 'complete';
      readonly message: T;
      /** How many bytes the message took; what follows belongs to the next one. */
      readonly consumed: number;
    }
  | { readonly status: 'partial' }
  | {
      readonly status: 'error';
      /** What a server answers; 502 when a response was refused. */
      readonly statusCode: number;
      readonly reason: string;
    };
