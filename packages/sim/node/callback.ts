/**
 * The callback that a function of Node takes, checked as Node does.
 */

/** What is called back with whatever there is to say. */
export type Callback = (...args: unknown[]) => void;

/** @throws TypeError with code ERR_INVALID_ARG_TYPE for what is no function. */
export function checkCallback(callback: unknown): asserts callback is Callback {
  if (typeof callback === 'function') return;
  const error = new TypeError('The "callback" argument must be of type function.');
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}
