/**
 * An error that is an answer. Reading a body throws it for whatever the peer did wrong, and a
 * handler may throw one of its own; every other error is answered 500 and kept from the peer.
 */

/** Ends a request with a status; its message goes to the peer. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  /** The status code of the answer, 400 to 599. */
  readonly statusCode: number;

  /**
   * @param message text for the peer, behind the status; empty for the status alone.
   * @throws RangeError when the status is no error.
   */
  constructor(statusCode: number, message = '') {
    super(message);
    if (!Number.isInteger(statusCode) || statusCode < 400 || statusCode > 599) {
      throw new RangeError(`not the status code of an error: ${statusCode}`);
    }
    this.statusCode = statusCode;
  }
}
