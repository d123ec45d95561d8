/**
 * Turns of the event loop, for tests over transports in memory.
 */

/** Lets everything that is under way in memory arrive. */
export async function settle(turns = 10): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
