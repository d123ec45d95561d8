/**
 * How a process knows that it is a worker: a variable that the primary sets, and a channel to it.
 */

const NAME = 'NETLAYERS_WORKER';

/** What a worker is started with, beside the environment of the primary. */
export const workerEnvironment = (index: number): Record<string, string> => ({
  [NAME]: String(index),
});

/** Whether this process is a worker; what it starts in turn is none. */
export function isWorker(): boolean {
  const isOne = process.env[NAME] !== undefined && process.send !== undefined;
  delete process.env[NAME];
  return isOne;
}
