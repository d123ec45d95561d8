/**
 * Waiting by turns of Node's event loop, for transports that deliver within a few of them: nothing
 * sleeps, and nothing is found later than it happens.
 */

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A machine that is busy takes its time. */
const PATIENCE_MS = 20_000;

/** Goes on until the condition holds. */
export async function untilTurn(condition: () => boolean): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > PATIENCE_MS) throw new Error('the condition never held');
    await nextTurn();
  }
}

/** Goes on until everything that is under way has arrived: loopback delivers within a turn or two. */
export async function settleTurns(turns = 100): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}
