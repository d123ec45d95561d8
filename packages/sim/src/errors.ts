/**
 * Why a simulation stopped before its program had ended, and why a name was not found in it.
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

/**
 * - `ENOTFOUND`: there is no such name.
 * - `EAI_AGAIN`: the resolver cannot say, now.
 * - `ETIMEDOUT`: it does not answer.
 */
export type NameErrorCode = 'ENOTFOUND' | 'EAI_AGAIN' | 'ETIMEDOUT';

/** A look-up that has failed, in the words of Node. */
export class NameError extends Error {
  override readonly name = 'NameError';
  readonly code: NameErrorCode;
  readonly syscall = 'getaddrinfo';
  readonly hostname: string;

  constructor(code: NameErrorCode, hostname: string) {
    super(`getaddrinfo ${code} ${hostname}`);
    this.code = code;
    this.hostname = hostname;
  }
}
