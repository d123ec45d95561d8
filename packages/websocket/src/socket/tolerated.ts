/** Promises that a caller may leave alone: one that is rejected and not looked at harms nobody. */

const ignore = (): void => {};

/** The same promise. */
export function tolerated<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}
