/**
 * Why a simulation stopped before its program had ended.
 */

/**
 * - `EDEADLOCK`: nothing is left to happen, and somebody still waits.
 * - `ELIMIT`: the program has used up its virtual time.
 * - `ELIVELOCK`: things go on happening and time does not.
 */
export type SimErrorCode = 'EDEADLOCK' | 'ELIMIT' | 'ELIVELOCK';

/** A simulation that cannot go on. */
export class SimError extends Error {
  override readonly name = 'SimError';
  readonly code: SimErrorCode;

  constructor(code: SimErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
