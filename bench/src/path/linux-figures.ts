/**
 * What Linux 6.18 reached on this path with itself, Mbit/s, medians: for a table that is made without
 * a kernel. Measured once, on another machine than yours; `npm run bench -- goodput` measures anew.
 */

/** By congestion control and RTT, in the order of `CONDITIONS`. */
const FIGURES: Readonly<Record<string, Readonly<Record<number, readonly number[]>>>> = {
  reno: {
    10: [95.3, 45.2, 12.5, 6.3, 95.1, 65.2],
    50: [93.6, 14.0, 2.9, 1.6, 93.5, 25.5],
    200: [89.2, 4.2, 0.8, 0.4, 25.1, 10.4],
  },
  cubic: {
    10: [96.2, 44.4, 12.1, 5.5, 95.8, 64.9],
    50: [93.8, 17.5, 3.0, 1.4, 93.4, 31.2],
    200: [89.2, 6.7, 1.1, 0.5, 66.2, 16.8],
  },
  bbr: {
    10: [96.2, 96.0, 94.7, 92.3, 96.1, 95.8],
    50: [93.6, 93.0, 90.1, 85.7, 93.4, 92.9],
    200: [85.8, 85.1, 77.6, 70.1, 85.9, 84.3],
  },
};

/** Linux's figure; NaN where none was measured. */
export const linuxFigure = (algorithm: string, rttMs: number, condition: number): number =>
  FIGURES[algorithm]?.[rttMs]?.[condition] ?? Number.NaN;
