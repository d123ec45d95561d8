/**
 * What a program gives to a server: functions from requests to responses.
 */

import type { ByteStream, Response } from '@netlayers/http';
import type { ServerRequest } from '../request/server-request.js';

/**
 * Answers a request, at once or later. A response that is returned at once costs no promise.
 *
 * Whatever it throws is answered 500 and given to `onError`, an `HttpError` with its own status.
 * The response is read until it is sent, and belongs to the server until then.
 */
export type Handler = (request: ServerRequest) => Response | PromiseLike<Response>;

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

/** Answers an upgrade or a CONNECT: agrees to it, or refuses with an ordinary response. */
export type SwitchHandler = (
  request: ServerRequest,
) => Response | SwitchedProtocol | PromiseLike<Response | SwitchedProtocol>;

/** Tells an agreement from a refusal. */
export const isSwitched = (answer: unknown): answer is SwitchedProtocol =>
  typeof answer === 'object' && answer !== null && 'take' in answer;
