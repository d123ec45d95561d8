/**
 * Seeded mutations of real segments into every state. Nothing throws (the handler of the script does when
 * it is called after `handleClose`), nothing contradicts itself, memory stays bounded.
 */

import { ChecksumState } from '@netlayers/ip';
import type { TcpState } from '@netlayers/tcp';
import { amount, fuzzSeed, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import {
  OUR_ADDRESS,
  PEER_ADDRESS,
  type PeerSegment,
  type Script,
  type ScriptSetup,
} from '../support/fake-peer.js';
import { fixChecksum } from '../support/segments.js';
import { BUILD } from '../support/states.js';

const MUTATIONS_PER_STATE = amount(8000, 32_000);
const PER_CONNECTION = 160;
const FLAGS = ['A', 'A', 'A', 'PA', 'FA', 'S', 'SA', 'R', 'RA', 'F', '', 'SFRPUA', 'UA'];

const OPTIONS = { mss: 1000, ws: 3, sackOk: true, ts: [100, 0] } as const;
const SETUPS: readonly ScriptSetup[] = [
  {},
  {
    settings: { timestamps: true, sack: true, windowScaling: true, noDelay: false },
    options: OPTIONS,
  },
  { settings: { receiveBuffer: 700 }, wnd: 300, iss: 0xffff_fff0, irs: 0xffff_fe00 },
];

/** A segment that could be real, near the numbers of the connection. */
function plausible(script: Script, random: SeededRandom): PeerSegment {
  const { snd, rcv } = script.conn ?? { snd: null, rcv: null };
  const near = (): number => {
    const kind = random.below(8);
    if (kind < 4) return 0;
    if (kind < 6) return random.below(2000) - 1000;
    return kind === 6 ? random.below(100_000) - 50_000 : random.u32();
  };
  const R = rcv === null || rcv.nxt === 0 ? 1 : (rcv.nxt - script.irs) | 0;
  const una = snd === null ? 1 : (snd.una - script.iss) | 0;
  const nxt = snd === null ? 1 : (snd.nxt - script.iss) | 0;
  const flags = FLAGS[random.below(FLAGS.length)]!;
  const hasTs = random.below(3) > 0;
  return {
    seq: R + near(),
    ack: (random.below(2) === 0 ? una : nxt) + (random.below(4) === 0 ? near() : 0),
    flags,
    wnd: random.below(3) === 0 ? random.below(65_536) : 20_000,
    data: random.below(3) === 0 ? 0 : random.bytes(random.below(1200)),
    options: {
      ...(flags.includes('S') ? OPTIONS : {}),
      ...(hasTs ? { ts: [random.below(300), random.u32()] as const } : {}),
      ...(random.below(8) === 0 ? { sack: [random.u32(), random.u32()] } : {}),
      ...(random.below(8) === 0 ? { raw: [...random.bytes(random.below(8))] } : {}),
    },
  };
}

/** Spoils some bytes, or the length. */
function mutate(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let mutated = bytes;
  if (random.below(10) === 0) mutated = bytes.slice(0, random.below(bytes.length + 1));
  if (random.below(2) === 0) return mutated;
  for (let i = random.below(4); i > 0 && mutated.length > 0; i--) {
    // Mostly the header, where meaning is.
    const at = random.below(random.below(4) === 0 ? mutated.length : Math.min(40, mutated.length));
    mutated[at] = random.u32() & 0xff;
  }
  return mutated;
}

/** What an application may do at any time. */
function act(script: Script, random: SeededRandom): void {
  const { conn } = script;
  if (conn === undefined) return;
  switch (random.below(12)) {
    case 0:
      conn.write(random.bytes(random.below(3000)));
      break;
    case 1:
      conn.pause();
      break;
    case 2:
    case 3:
      conn.resume();
      break;
    case 4:
      if (random.below(6) === 0) conn.end();
      break;
    case 5:
      if (random.below(40) === 0) conn.abort(script.now);
      break;
    case 6:
      conn.cork();
      break;
    case 7:
      conn.uncork();
      break;
    default:
  }
}

function bombard(state: TcpState, seed: number): void {
  const random = seededRandom(seed);
  const setup = SETUPS[seed % SETUPS.length]!;
  const script = BUILD[state as 'LISTEN'](setup);
  if (script.listener === null && state !== 'SYN-SENT') script.listen();
  for (let i = 0; i < PER_CONNECTION; i++) {
    const bytes = mutate(script.encode(plausible(script, random)), random);
    if (random.below(20) > 0) fixChecksum(bytes, PEER_ADDRESS, OUR_ADDRESS);
    script.inject(bytes, ChecksumState.COMPLETE);
    if (random.below(4) === 0) act(script, random);
    if (random.below(3) === 0) {
      script.ip.room = random.below(5) === 0 ? random.below(2) : Number.POSITIVE_INFINITY;
      script.turn();
      if (script.ip.sent.length > 1000) throw new Error('too many answers');
      script.ip.take();
    }
    if (random.below(6) === 0) script.advance(random.below(5) === 0 ? random.below(30_000) : 50);
    script.ip.take();
    script.received.length = 0;
  }
  checkEnds(script);
}

/** Whoever is left ends when told to, and everything is given back. */
function checkEnds(script: Script): void {
  script.ip.room = Number.POSITIVE_INFINITY;
  const { conn } = script;
  if (conn !== undefined) {
    conn.resume();
    conn.abort(script.now);
  }
  script.turn();
  script.listener?.close(script.now);
  for (const connection of script.tcp.connections()) connection.abort(script.now);
  script.turn();
  expect(script.tcp.connectionCount).toBe(0);
  expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  if (conn === undefined) return;
  expect(conn.rcv.queue.capacity + conn.snd.queue.capacity).toBe(0);
}

describe('mutated segments', () => {
  for (const state of Object.keys(BUILD) as TcpState[]) {
    it(`into ${state}`, { timeout: 240_000 }, () => {
      for (let i = 0; i < MUTATIONS_PER_STATE / PER_CONNECTION; i++) {
        const seed = fuzzSeed(1000) + i;
        try {
          bombard(state, seed);
        } catch (error) {
          throw new Error(`${state}, seed ${seed}: ${error}`, { cause: error });
        }
      }
    });
  }
});
