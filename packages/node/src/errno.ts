/**
 * Numbers of errors as libuv gives them to Node: negative, and of the operating system they run on.
 */

import { getSystemErrorMap } from 'node:util';

const numbers = new Map<string, number>();
for (const [number, [code]] of getSystemErrorMap()) numbers.set(code, number);

/**
 * The number of a code such as `ECONNRESET`.
 *
 * @param otherwise the code to take for what is no system error.
 */
export const errnoOf = (code: string, otherwise: string): number =>
  numbers.get(code) ?? (numbers.get(otherwise) as number);

/** The number for what was thrown, `otherwise` where it has no code of the system. */
export function errnoOfError(error: unknown, otherwise: string): number {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return errnoOf(typeof code === 'string' ? code : otherwise, otherwise);
}
