/**
 * One copy routine for payload: a loop for a few bytes, the engine's own memmove for many. A view
 * costs more than it saves below that length.
 */

const LOOP_BELOW = 40;

/** Copies `from[start..end)` to `to` at `at`. */
export function copyBytes(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
): void {
  if (end - start < LOOP_BELOW) {
    for (let i = start; i < end; i++) to[at++] = from[i]!;
  } else {
    // A message of its own needs no view.
    to.set(end - start === from.length ? from : from.subarray(start, end), at);
  }
}
