/**
 * What a program gives to a server: functions from requests to responses.
 */

import type { Response } from '@netlayers/http';
import type { ServerRequest } from '../request/server-request.js';
import type { SwitchedProtocol } from '../request/switched-protocol.js';

/**
 * Answers a request, at once or later. A response that is returned at once costs no promise.
 *
 * Whatever it throws is answered 500 and given to `onError`, an `HttpError` with its own status.
 * The response is read until it is sent, and belongs to the server until then.
 */
export type Handler = (
  request: ServerRequest,
) => Response | SwitchedProtocol | PromiseLike<Response | SwitchedProtocol>;

/** Answers an upgrade or a CONNECT: agrees to it, or refuses with an ordinary response. */
export type SwitchHandler = Handler;
