/**
 * How an exchange leaves HTTP.
 */

import type { ByteStream, Response } from '@netlayers/http';

/** Agreement to leave HTTP (RFC 9110, 7.8), with what happens to the connection then. */
export interface SwitchedProtocol {
  /** 101 to an upgrade, 2xx to a CONNECT. */
  readonly response: Response;
  /**
   * Takes the connection over once the response is written. It sets its own handler on the stream
   * before it returns, and the server forgets the connection.
   *
   * @param remaining bytes that came behind the request; they will not be delivered again.
   */
  take(stream: ByteStream, remaining: Uint8Array): void;
}

/** Tells an agreement from a refusal. */
export const isSwitched = (answer: unknown): answer is SwitchedProtocol =>
  typeof answer === 'object' && answer !== null && 'take' in answer;
