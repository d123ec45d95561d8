/**
 * The choice of a local port (RFC 6056, 3.3.2): drawn anew each time, and where many are taken, from
 * the last draw on one after the other. Nothing is kept from one call to the next, so no destination
 * learns from its ports what others were given; there is no counter to watch as in 3.3.3 to 3.3.5.
 */

/** The range that Linux uses: outside of the registered services, 28,232 ports. */
const FIRST = 32768;
const COUNT = 28232;

/** Draws before the search: behind a run of taken ports it would find the same one too often. */
const DRAWS = 16;

/** Finds a port that `isTaken` does not know; -1 when there is none. */
export function chooseEphemeralPort(
  randomU32: () => number,
  isTaken: (port: number) => boolean,
): number {
  let start = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    start = randomU32() % COUNT;
    if (!isTaken(FIRST + start)) return FIRST + start;
  }
  for (let step = 1; step < COUNT; step++) {
    const port = FIRST + ((start + step) % COUNT);
    if (!isTaken(port)) return port;
  }
  return -1;
}
