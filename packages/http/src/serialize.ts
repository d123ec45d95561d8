/** Messages in memory to bytes. */
import type { Request } from './request.js';
import type { Response } from './response.js';
export function serializeRequest(_request: Request): Uint8Array {
  throw new Error('not there yet');
}
export function serializeResponse(_response: Response): Uint8Array {
  throw new Error('not there yet');
}
