/**
 * What the grids of states and events (RFC 9293, 3.10) share: how each state is reached, and how what
 * came of an event is written. A cell says the state after it if that is another one, what was sent,
 * and what the handler was told; `=` is "stays, silent". Numbers are relative: `A 1:2` is an ACK with
 * SEQ = ISS+1 and ACK = IRS+2.
 */

import type { TcpState } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import type { PeerSegment, Script } from './fake-peer.js';
import { CONNECTED } from './states.js';

/** An event; R = RCV.NXT of ours, U = SND.UNA, N = SND.NXT, all relative. May say what its caller was told. */
export type Act = (script: Script, R: number, U: number, N: number) => unknown;

/** What happens, and its clause. */
export interface GridEvent {
  readonly clause: string;
  /** Of a segment: in SYN-SENT the clause is always 3.10.7.3. */
  readonly isSegment: boolean;
  readonly act: Act;
}

/** A segment of the peer, by a clause of its own or that of the state. */
export const segment = (
  make: (R: number, U: number, N: number) => PeerSegment,
  clause = 'RFC 9293 3.10.7.4',
): GridEvent => ({
  clause,
  isSegment: true,
  act: (script, R, U, N) => script.sends(make(R, U, N)),
});

/** A call of the user or a time-out. */
export const call = (clause: string, act: (script: Script) => unknown): GridEvent => ({
  clause,
  isSegment: false,
  act,
});

/** What a cell says, from what has happened. */
function outcome(script: Script, before: TcpState, told: unknown): string {
  const sent = script.take().map((s) => `${s.flags} ${s.seq}:${s.ack}`);
  const state = script.conn.state === before ? [] : [script.conn.state];
  return (
    [...state, ...sent, ...script.events, ...(typeof told === 'string' ? [told] : [])].join(', ') ||
    '='
  );
}

/** One test a cell; `events` holds a column for each row of every state. */
export function describeGrid(
  events: Readonly<Record<string, GridEvent>>,
  grid: Readonly<Record<string, Readonly<Record<string, string>>>>,
): void {
  for (const [state, build] of Object.entries(CONNECTED)) {
    describe(state, () => {
      for (const [name, { clause, isSegment, act }] of Object.entries(events)) {
        const by = state === 'SYN-SENT' && isSegment ? 'RFC 9293 3.10.7.3' : clause;
        it(`${name}: ${grid[state]?.[name]} [${by}]`, () => {
          const script = build();
          const { snd, rcv } = script.conn;
          const R = state === 'SYN-SENT' ? 1 : (rcv.nxt - script.irs) | 0;
          const told = act(script, R, (snd.una - script.iss) | 0, (snd.nxt - script.iss) | 0);
          expect(outcome(script, state as TcpState, told)).toBe(grid[state]?.[name]);
        });
      }
    });
  }
}
