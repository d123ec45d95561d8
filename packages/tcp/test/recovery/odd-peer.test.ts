/**
 * A peer that loses, forgets and contradicts itself at random, but acknowledges nothing that it has
 * not got: whatever it reports by SACK, however it moves its window, whatever ICMP and the device do
 * meanwhile, no turn leaves the sender in contradiction with itself (`invariants.ts`, a timer for
 * what is in flight among them), and once the peer is honest everything arrives, byte for byte.
 */

import {
  bbr,
  type CongestionControlFactory,
  cubic,
  newReno,
  type TcpSettings,
} from '@netlayers/tcp';
import { amount, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { type Script, synReceived } from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const SEEDS = amount(50, 150);
const STEPS = 120;
const MOST = 400_000;
/** Where 2^31 and 2^32 lie within the transfer, and where they do not. */
const STARTS = [1000, 2 ** 31 - 20_000, 2 ** 32 - 20_000];
const ALGORITHMS: readonly CongestionControlFactory[] = [newReno, cubic, bbr];
const DATA = pattern(MOST);

type Sent = ReturnType<Script['take']>[number];

/** What the peer has got, and what it says of it. */
class OddPeer {
  readonly script: Script;
  readonly random: SeededRandom;
  readonly #has = new Uint8Array(MOST + 2);
  /** Everything before it has arrived; numbers as in the script, 1 is the first octet of text. */
  edge = 1;
  #highest = 1;
  #echo = 0;
  #on: Sent[] = [];

  constructor(script: Script, random: SeededRandom) {
    this.script = script;
    this.random = random;
  }

  /** Takes what was sent, each segment with that chance, and checks that it is what was written. */
  receive(chance: number): void {
    this.#on.push(...this.script.take());
    for (const segment of this.#on) {
      if (segment.flags.includes('R')) throw new Error('reset');
      for (let i = 0; i < segment.len; i++) {
        if (segment.data.charCodeAt(i) !== DATA[segment.seq - 1 + i]) throw new Error('wrong text');
      }
      if (this.random.below(100) >= chance) continue;
      const end = segment.seq + segment.len + (segment.flags.includes('F') ? 1 : 0);
      this.#has.fill(1, segment.seq, end);
      if (segment.seq <= this.edge) this.#echo = segment.tsval;
      this.#highest = Math.max(this.#highest, end);
    }
    this.#on = [];
    while (this.#has[this.edge] === 1) this.edge++;
  }

  /** Up to three true blocks, the last one first. */
  blocks(): number[] {
    const edges: number[] = [];
    let at = this.#highest;
    while (at > this.edge && edges.length < 6) {
      while (at > this.edge && this.#has[at - 1] === 0) at--;
      const right = at;
      while (at > this.edge && this.#has[at - 1] === 1) at--;
      if (right > at) edges.push(at, right);
    }
    return edges;
  }

  /** Drops what lies beyond a gap (RFC 2018, 8). */
  renege(): void {
    this.#has.fill(0, this.edge);
  }

  acknowledge(ack: number, edges: readonly number[], wnd: number): void {
    const { script } = this;
    const { iss, conn } = script;
    script.sends({
      seq: 1,
      ack,
      wnd,
      options: {
        ...(conn.timestampsEnabled ? { ts: [8, this.#echo] as const } : {}),
        ...(edges.length > 0 ? { sack: edges.map((edge) => (iss + edge) >>> 0) } : {}),
      },
    });
  }

  /** Anything but an ACK of what has not come. */
  say(): void {
    const { random } = this;
    const near = (): number => this.edge + random.below(24_000) - 6000;
    const wnd = [0, 1, 700, 5000, 20_000, 20_000, 20_000][random.below(7)]!;
    const edges = this.blocks();
    const kind = random.below(8);
    if (kind === 0) edges.unshift(near(), near());
    if (kind === 1) for (let i = 0; i < 6; i++) edges[i] = near();
    if (kind === 2) edges.unshift(Math.max(1, this.edge - 1000), this.edge);
    const ack = kind === 3 ? Math.max(1, this.edge - random.below(3000)) : this.edge;
    this.acknowledge(ack, edges.slice(0, 6), wnd);
  }
}

function settingsFor(random: SeededRandom): Partial<TcpSettings> {
  return {
    sack: random.below(4) > 0,
    timestamps: random.below(2) === 0,
    noDelay: random.below(2) === 0,
    pacing: random.below(2) === 0,
    congestionControl: ALGORITHMS[random.below(3)]!,
    userTimeoutMs: Number.POSITIVE_INFINITY,
  };
}

function step(peer: OddPeer, script: Script, random: SeededRandom): void {
  const { conn } = script;
  const { snd } = conn;
  const written = conn.bytesWritten;
  switch (random.below(14)) {
    case 0:
    case 1:
      if (written < MOST - 20_000)
        script.write(DATA.subarray(written, written + random.below(20_000)));
      break;
    case 2:
      script.icmp(
        { kind: 'packet-too-big', mtu: 68 + random.below(1000) },
        (snd.una - script.iss) | 0,
      );
      break;
    case 3:
      script.ip.room = random.below(3);
      break;
    case 4:
      if (random.below(4) === 0) peer.renege();
      break;
    case 5:
      if (conn.isCorked) conn.uncork();
      else conn.cork();
      break;
    case 6:
      script.advance([1, 20, 400, 5000][random.below(4)]!);
      break;
    default:
      script.ip.room = Number.POSITIVE_INFINITY;
      script.turn();
      peer.receive([0, 50, 90, 100][random.below(4)]!);
      peer.say();
      if (random.below(3) > 0) script.advance(1 + random.below(60));
  }
}

function run(seed: number): void {
  const random = seededRandom(seed);
  const settings = settingsFor(random);
  const script = synReceived({
    settings,
    iss: STARTS[seed % STARTS.length]!,
    irs: STARTS[(seed >> 1) % STARTS.length]!,
    segmentationOffload: random.below(2) * 16_000,
    options: {
      mss: 1000,
      sackOk: settings.sack!,
      ...(settings.timestamps ? { ts: [7, 0] as const } : {}),
    },
  });
  const peer = new OddPeer(script, random);
  script.advance(random.below(100));
  peer.acknowledge(1, [], 20_000);
  script.write(DATA.subarray(0, 30_000));
  for (let i = 0; i < STEPS; i++) step(peer, script, random);
  const { conn } = script;
  script.ip.room = Number.POSITIVE_INFINITY;
  while (conn.isCorked) conn.uncork();
  script.end();
  for (let turns = 0; conn.state !== 'FIN-WAIT-2'; turns++) {
    if (turns > 3000) throw new Error(`${(conn.snd.una - script.iss) | 0} of ${conn.bytesWritten}`);
    peer.receive(100);
    peer.acknowledge(peer.edge, peer.blocks(), 20_000);
    script.advance(turns % 10 === 9 ? 1000 : 20);
  }
  expect(peer.edge).toBe(conn.bytesWritten + 2);
}

describe('a peer that contradicts itself', () => {
  it('leaves the sender consistent, and gets everything once it is honest [RFC 9293 MUST-34, 3.8.1]', {
    timeout: 240_000,
  }, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      try {
        run(seed);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error}`, { cause: error });
      }
    }
  });
});
