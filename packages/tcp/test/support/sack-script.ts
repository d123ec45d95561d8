/** A peer that reports with SACK blocks, on a path of 100 ms. */

import { type Script, type ScriptSetup, synReceived } from './fake-peer.js';

export const RTT = 100;

/** A connection with SACK and a round trip of 100 ms, `count` segments of 1000 bytes in flight. */
export function inFlight(count: number, setup: ScriptSetup = {}): Script {
  const script = synReceived({
    ...setup,
    settings: { sack: true, ...setup.settings },
    options: { mss: 1000, sackOk: true, ...setup.options },
  });
  script.advance(RTT);
  const ts = script.conn.timestampsEnabled ? { options: { ts: [7, 0] as const } } : {};
  script.sends({ seq: 1, ack: 1, ...ts });
  script.write(count * 1000);
  return script.clear();
}

/** An ACK with SACK blocks, edges relative to ISS. */
export const sacks = (script: Script, ack: number, ...edges: number[]): void =>
  script.sends({ seq: 1, ack, options: { sack: edges.map((edge) => script.iss + edge) } });

/** What has been sent since the last look. */
export const sentBy = (script: Script) =>
  script.take().map(({ seq, len, because }) => ({ seq, len, because }));
