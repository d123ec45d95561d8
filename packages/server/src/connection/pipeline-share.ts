/**
 * How much of the server's time pipelined requests take (RFC 9112, 9.3.2): a client may send thousands
 * of them in one piece, and others are served meanwhile.
 */

/** Requests of one connection that are answered in a row. */
const MOST_IN_A_ROW = 32;

/** Counts the requests of one connection that were there before the response in front of them ended. */
export class PipelineShare {
  /** Whether what is read now was there already when the last response ended. */
  #isReadingOn = false;
  /** Whether the request that is served was read so. */
  #isPipelined = false;
  #inARow = 0;

  /** Bytes have come. */
  handleData(): void {
    this.#isReadingOn = false;
  }

  handleRequest(): void {
    this.#isPipelined = this.#isReadingOn;
  }

  /** Returns whether others are to have their turn before the next request is read. */
  handleExchangeEnd(): boolean {
    this.#isReadingOn = true;
    if (!this.#isPipelined || ++this.#inARow < MOST_IN_A_ROW) return false;
    this.#inARow = 0;
    return true;
  }
}
