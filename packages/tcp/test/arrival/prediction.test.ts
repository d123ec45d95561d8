/**
 * Header prediction changes nothing: seeded random segments and commands go to two connections, one
 * of which predicts no segment, and everything that can be seen of the two stays the same. Most of
 * the segments are the next ones of a transfer, the rest is off in something.
 */

import { TcpFlag, tcpInfo } from '@netlayers/tcp';
import { amount, fuzzSeed, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it, vi } from 'vitest';
import {
  established,
  OUR_ADDRESS,
  PEER_ADDRESS,
  type PeerSegment,
  type Script,
  type ScriptSetup,
  synSent,
} from '../support/fake-peer.js';
import { fixChecksum } from '../support/segments.js';

const prediction = vi.hoisted(() => ({ isOn: true, taken: 0 }));

vi.mock('../../src/arrival/prediction.js', async (load) => {
  const real = await load<typeof import('../../src/arrival/prediction.js')>();
  const isPredicted: typeof real.isPredicted = (connection, seg, now) => {
    const isTaken = prediction.isOn && real.isPredicted(connection, seg, now);
    if (isTaken) prediction.taken++;
    return isTaken;
  };
  return { ...real, isPredicted };
});

const RUNS = amount(8, 24);
const STEPS = 120;

/** Where the peer's clock stands at 0: it passes the end of its numbers. */
const CLOCK = 0xffff_e000;
const OPTIONS = { mss: 1000, ws: 2, sackOk: true, ts: [CLOCK, 0] } as const;
const MODERN = { timestamps: true, sack: true, windowScaling: true };
const setup = (more: ScriptSetup = {}): ScriptSetup => ({
  ...more,
  settings: { ...MODERN, ...more.settings },
  options: OPTIONS,
});

function withEcn(): Script {
  const script = synSent(setup({ settings: { ecn: 'request' } }));
  script.sends({ seq: 0, ack: 1, flags: 'SAE', options: OPTIONS });
  return script.clear();
}

const BEGINNINGS: Readonly<Record<string, () => Script>> = {
  'without options': () => established(),
  'over the ends of sequence space': () => established({ iss: 0xffff_fff0, irs: 0xffff_d000 }),
  'with timestamps, SACK and scaling': () => established(setup()),
  'with ECN': withEcn,
  'with a window that grows': () =>
    established(setup({ settings: { receiveBuffer: 2 ** 20, autotune: true } })),
  'with little memory': () => established(setup({ tcp: { memoryLimit: 16_000 } })),
};

/** The next segment of a transfer. */
function nextOf(script: Script, random: SeededRandom): PeerSegment {
  const { rcv, snd } = script.conn;
  const ts = (CLOCK + Math.floor(script.now)) >>> 0;
  return {
    seq: (rcv.nxt - script.irs) | 0,
    ack: ((random.below(6) === 0 ? snd.nxt : snd.una) - script.iss) | 0,
    flags: random.below(4) === 0 ? 'PA' : 'A',
    data: random.below(8) === 0 ? random.below(300) : 1000,
    ...(script.conn.timestampsEnabled && { options: { ts: [ts, random.u32()] as const } }),
  };
}

/** One thing about it is another than predicted. */
function spoilt(segment: PeerSegment, script: Script, random: SeededRandom): PeerSegment {
  const { seq = 0, ack = 0, options = {} } = segment;
  const near = random.below(4000) - 2000;
  switch (random.below(12)) {
    case 0:
      return { ...segment, seq: seq + near };
    case 1:
      return { ...segment, ack: ack + near };
    case 2:
      return { ...segment, ack: ack - random.below(500), seq: seq + 1000 };
    case 3:
      return { ...segment, wnd: random.below(65_536) };
    case 4:
      return { ...segment, options: { ...options, ts: [(CLOCK + script.now - 5000) >>> 0, 0] } };
    case 5:
      return { ...segment, options: {} };
    case 6:
      return { ...segment, options: { ...options, sack: [random.u32(), random.u32()] } };
    case 7:
      return { ...segment, data: random.below(2) * 40_000 };
    case 8:
      return { ...segment, tos: random.below(4), flags: random.below(2) === 0 ? 'AC' : 'A' };
    case 9:
      return { ...segment, flags: ['UA', 'EA', 'SA', 'P'][random.below(4)]! };
    case 10:
      if (random.below(10) > 0) return { ...segment, flags: 'RA', seq: seq + 1 };
      return { ...segment, flags: 'FA', seq: seq + 1000, data: 0, ack: ack - random.below(2) };
    default:
      return { ...segment, seq: seq + 1000 * random.below(3) };
  }
}

/** The number stays. */
function takeAckBit(bytes: Uint8Array): void {
  bytes[13] = bytes[13]! & ~TcpFlag.ACK;
  fixChecksum(bytes, PEER_ADDRESS, OUR_ADDRESS);
}

function command({ conn, now }: Script, random: SeededRandom): void {
  const kind = random.below(60);
  if (kind < 12) conn.write(random.bytes(random.below(3000)));
  else if (kind < 20) conn.pause();
  else if (kind < 58) conn.resume();
  else if (random.below(2) === 0) conn.end();
  else conn.close(now);
}

/** What an object says of itself, other objects left out. */
const plain = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => typeof value !== 'object'));

/** Everything that can be seen. */
function look(script: Script): string {
  const { conn, tcp, now } = script;
  const { snd, rcv, patience, ecn } = conn;
  return JSON.stringify([
    [conn, snd, rcv, patience, ecn].map(plain),
    [rcv.queue.span, rcv.queue.held, rcv.ranges?.size, rcv.tuner?.rttMs, conn.state],
    [tcp.counters, tcpInfo(conn, now), tcp.nextDeadline()],
    [script.take(), script.takeEvents(), script.received.splice(0), script.verdicts.splice(0)],
  ]);
}

/** What is seen after every step of one run. */
function run(begin: () => Script, seed: number, isOn: boolean): string[] {
  prediction.isOn = isOn;
  const random = seededRandom(seed);
  const script = begin();
  const seen: string[] = [];
  for (let step = 0; step < STEPS && script.conn.state !== 'CLOSED'; step++) {
    for (let count = random.below(4); count >= 0; count--) {
      const segment = nextOf(script, random);
      const sent = random.below(5) > 0 ? segment : spoilt(segment, script, random);
      const bytes = script.encode(sent);
      if (random.below(50) === 0) takeAckBit(bytes);
      script.inject(bytes, undefined, sent.tos);
    }
    if (random.below(5) === 0) command(script, random);
    if (random.below(3) === 0) script.turn();
    else script.advance(random.below(random.below(20) === 0 ? 2000 : 10));
    seen.push(look(script));
  }
  return seen;
}

describe('header prediction', () => {
  for (const [title, begin] of Object.entries(BEGINNINGS)) {
    it(`leaves what the checks leave, one by one, ${title} [RFC 9293 3.10.7.4]`, () => {
      prediction.taken = 0;
      let steps = 0;
      for (let index = 0; index < RUNS; index++) {
        const seed = fuzzSeed(4000) + index;
        const predicted = run(begin, seed, true);
        const checked = run(begin, seed, false);
        const differs = predicted.findIndex((seen, step) => seen !== checked[step]);
        expect(predicted[differs], `seed ${seed}, step ${differs}`).toBe(checked[differs]);
        expect(predicted.length).toBe(checked.length);
        steps += predicted.length;
      }
      // Most were.
      expect(prediction.taken).toBeGreaterThan(steps / 2);
    });
  }
});
