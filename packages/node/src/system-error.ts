/**
 * Errors with the fields that Node gives those of the system.
 */

import { errnoOf } from './errno.js';

/** `read ECONNRESET`, with `code`, `errno` and `syscall`. */
export const systemError = (code: string, syscall: 'read' | 'write', cause?: unknown): Error =>
  Object.assign(new Error(`${syscall} ${code}`, cause === undefined ? undefined : { cause }), {
    errno: errnoOf(code, 'ECONNRESET'),
    code,
    syscall,
  });
