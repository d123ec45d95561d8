/**
 * The choice of a local port (RFC 6056, 3.3.1): a random start, then one after the other.
 */

/** The range that Linux uses: outside of the registered services, 28,232 ports. */
const FIRST = 32768;
const COUNT = 28232;

/** Finds a port that `isTaken` does not know; -1 when there is none. */
export function chooseEphemeralPort(
  randomU32: () => number,
  isTaken: (port: number) => boolean,
): number {
  const start = randomU32() % COUNT;
  for (let step = 0; step < COUNT; step++) {
    const port = FIRST + ((start + step) % COUNT);
    if (!isTaken(port)) return port;
  }
  return -1;
}
