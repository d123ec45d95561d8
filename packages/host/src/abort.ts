/**
 * How a caller says that it no longer waits: the part of the web's `AbortSignal` that is used in
 * this project. Written down as a shape, so that packages which know no host can name it, and so
 * that a signal of any host fits.
 */

/** Any `AbortSignal`. */
export interface AbortLike {
  readonly aborted: boolean;
  /** What the caller wants to be rejected with. */
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
