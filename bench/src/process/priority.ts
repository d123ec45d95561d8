/**
 * Priority over the rest of the machine, where it may be had: what else runs there must not bend a
 * path or the figures of it.
 */

import { setPriority } from 'node:os';

/** Of the wire: above the ends, as the path is above those who use it. */
export const WIRE_PRIORITY = -15;
export const END_PRIORITY = -10;

/** Takes a priority; without the right to (a container may lack it) nothing changes. */
export function takePriority(priority: number): void {
  try {
    setPriority(priority);
  } catch {
    // The figures are worth what the machine is quiet.
  }
}
