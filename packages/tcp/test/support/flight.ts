/**
 * Connections with SACK and text in flight, for scripts about loss: a round trip of 100 ms, segments
 * of 1000 bytes.
 */

import { type Script, type ScriptSetup, synReceived } from './fake-peer.js';

/** Round trip of the handshake, in ms. */
export const RTT = 100;

/** A connection with SACK, `count` segments of 1000 bytes written and as many as may be in flight. */
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

/** Sequence numbers of what was sent since the last look. */
export const seqsOf = (script: Script): number[] => script.take().map(({ seq }) => seq);

/** What was sent since the last look. */
export const sentBy = (script: Script) =>
  script.take().map(({ seq, len, because }) => ({ seq, len, because }));
