/**
 * The round trips that a connection has measured since somebody began to watch.
 */

import type { TcpConnection } from '@netlayers/tcp';

/** Begins to watch; the list grows with each measurement, in milliseconds. */
export function watchSamples({ snd: { rtt } }: TcpConnection): readonly number[] {
  const samples: number[] = [];
  const sample = rtt.sample.bind(rtt);
  rtt.sample = (rttMs) => {
    samples.push(rttMs);
    sample(rttMs);
  };
  return samples;
}
