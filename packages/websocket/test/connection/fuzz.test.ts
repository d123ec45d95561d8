import { fuzzSeed, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { compressionOf, type Role } from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it } from 'vitest';
import { End } from '../support/end.js';
import { type FrameSpec, frame, join } from '../support/frames.js';

const SEED = fuzzSeed(6455);
const LIMITS = { messageBytes: 4096, fragments: 40, pongs: 4 };
const PARAMETERS = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const codec = nodeDeflate();

/** Runs a case many times; the seed that failed is in the message. */
function repeat(times: number, body: (random: SeededRandom) => void): void {
  for (let n = 0; n < times; n++) {
    const seed = SEED + n;
    try {
      body(seededRandom(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).stack}`);
    }
  }
}

const pick = <T>(random: SeededRandom, list: readonly T[]): T => list[random.below(list.length)]!;

/** A frame that may be right: mostly of text or octets, sometimes far too long. */
function someFrame(random: SeededRandom, masked: boolean): Uint8Array {
  const opcode = pick(random, [0, 0, 1, 1, 2, 2, 8, 9, 10, random.below(16)]);
  const length = pick(random, [0, 1, 2, 5, 125, 126, random.below(300), random.below(5000)]);
  const payload = random.below(3) === 0 ? random.bytes(length) : new Uint8Array(length).fill(0x61);
  if (opcode === 8 && length >= 2 && random.below(2) === 0) payload.set([0x03, 0xe8]);
  const spec: FrameSpec = { fin: random.below(3) > 0 || opcode > 7, opcode, payload, masked };
  return frame(random.below(8) === 0 ? { ...spec, rsv: random.below(8) } : spec);
}

function someBytes(random: SeededRandom, role: Role): Uint8Array {
  const masked = role === 'server';
  const count = 1 + random.below(8);
  const bytes = join(...Array.from({ length: count }, () => someFrame(random, masked)));
  for (let changes = random.below(4); changes > 0; changes--) {
    const at = random.below(bytes.length);
    bytes[at] = random.below(2) === 0 ? random.below(256) : bytes[at]! ^ (1 << random.below(8));
  }
  return bytes.subarray(0, random.below(3) === 0 ? random.below(bytes.length + 1) : bytes.length);
}

const makeEnd = (role: Role, isCompressed: boolean): End =>
  new End(role, {
    limits: LIMITS,
    echoes: true,
    compression: isCompressed ? compressionOf(role, PARAMETERS, { codec }) : null,
  });

/** What an end has told, and what it has kept to. */
function outcome(end: End): unknown {
  const messages = end.messages.map((message) =>
    typeof message === 'string' ? message : Buffer.from(message).toString('latin1'),
  );
  return { events: end.events, messages, error: end.error?.code ?? null };
}

function checkRules(end: End): void {
  const isOver = end.events.findIndex((event) => /^(close|error)/.test(event));
  if (isOver >= 0 && isOver < end.events.length - 1) throw new Error(`more: ${end.events}`);
  const frames = end.sent();
  const closes = frames.filter(({ opcode }) => opcode === 8).length;
  if (closes > 1 || (closes === 1 && frames.at(-1)?.opcode !== 8))
    throw new Error('behind a close');
  if (end.sink.corks !== 0) throw new Error('corked');
  for (const message of end.messages) {
    if (message.length > LIMITS.messageBytes) throw new Error('a message above the limit');
  }
}

describe(`mutations from seed ${SEED}`, () => {
  for (const role of ['server', 'client'] as const) {
    it(`in any pieces tell a ${role} the same [RFC 6455 5.2]`, () => {
      repeat(2500, (random) => {
        const bytes = someBytes(random, role);
        const isCompressed = random.below(4) === 0;
        const whole = makeEnd(role, isCompressed).receiveBytes(bytes);
        const byOctet = makeEnd(role, isCompressed).receiveBytes(bytes, 1);
        const inPieces = makeEnd(role, isCompressed);
        for (let at = 0; at < bytes.length; ) {
          const next = Math.min(
            bytes.length,
            at + 1 + random.below(random.below(2) === 0 ? 4 : 400),
          );
          inPieces.receiveBytes(bytes.subarray(at, next));
          at = next;
        }
        const expected = outcome(whole);
        expect(outcome(byOctet)).toEqual(expected);
        expect(outcome(inPieces)).toEqual(expected);
        checkRules(whole);
        checkRules(byOctet);
        checkRules(inPieces);
      });
    });

    it(`with pauses anywhere tell a ${role} the same [RFC 6455 5.2]`, () => {
      repeat(2000, (random) => {
        const bytes = someBytes(random, role);
        const whole = makeEnd(role, false).receiveBytes(bytes);
        whole.connection.handleEnd();
        const paused = makeEnd(role, false);
        for (const name of ['handleMessageData', 'handleMessageEnd', 'handlePing'] as const) {
          const handle = paused[name].bind(paused) as (...args: unknown[]) => void;
          paused[name] = (...args: unknown[]) => {
            handle(...args);
            if (random.below(2) === 0) paused.connection.pause();
          };
        }
        for (let at = 0; at < bytes.length; ) {
          const next = Math.min(bytes.length, at + 1 + random.below(100));
          paused.receiveBytes(bytes.subarray(at, next));
          if (random.below(2) === 0) paused.connection.resume();
          at = next;
        }
        paused.connection.handleEnd();
        for (let n = 0; n < 200; n++) paused.connection.resume();
        expect(outcome(paused)).toEqual(outcome(whole));
        checkRules(paused);
        expect(paused.connection.state).toBe('CLOSED');
      });
    });
  }

  it('of compressed payloads never throw, and stay below the limit [RFC 7692 8]', () => {
    repeat(1000, (random) => {
      const { deflater } = compressionOf('client', PARAMETERS, { codec });
      const end = makeEnd('server', true);
      for (let n = 1 + random.below(3); n > 0; n--) {
        const source = random.bytes(random.below(200));
        const payload = deflater.compress(join(source, source, source), true).slice();
        for (let changes = random.below(3); changes > 0; changes--) {
          if (payload.length > 0) payload[random.below(payload.length)] = random.below(256);
        }
        end.receive([
          { rsv: 4, opcode: 2, payload: payload.subarray(0, payload.length - random.below(2)) },
        ]);
      }
      checkRules(end);
    });
  });
});
