import { describe, expect, it } from 'vitest';
import { autobahn, BINARY, type Case, fragments, TEXT, text } from '../../support/autobahn.js';
import { End } from '../../support/end.js';
import { frame, join } from '../../support/frames.js';

/** Autobahn's sizes, by this. Its time is not measured; every octet is compared. */
const SCALE = 16;
const KIB = 1024;

const payload = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => 0x20 + ((at * 7) % 95));
const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

const LENGTHS = [64, 256, 1024, 4096, 8192, 16_384].map((kib) => (kib * KIB) / SCALE);
const FRAGMENTS = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB];
const MESSAGE = payload((4096 * KIB) / SCALE);

const kinds = [
  [TEXT, 'text'],
  [BINARY, 'octets'],
] as const;

for (const [opcode, name] of kinds) {
  autobahn(`9.${opcode} and 9.${opcode + 2}, large ${name}`, [
    ...LENGTHS.map((length, index): Case => {
      const message = { opcode, payload: payload(length) };
      return {
        title: `9.${opcode}.${index + 1} ${length} octets [RFC 6455 5.2]`,
        sends: [message],
        back: [message],
      };
    }),
    ...FRAGMENTS.map(
      (size, index): Case => ({
        title: `9.${opcode + 2}.${index + 1} ${MESSAGE.length} octets in fragments of ${size} [RFC 6455 5.4]`,
        sends: fragments(opcode, cut(MESSAGE, size)),
        back: [{ opcode, payload: MESSAGE }],
      }),
    ),
  ]);
}

describe('Autobahn 9.5 to 9.8, pieces and many messages', () => {
  for (const role of ['server', 'client'] as const) {
    for (const [opcode, name] of kinds) {
      for (const size of [64, 128, 256, 512, KIB, 2 * KIB]) {
        it(`9.${opcode + 4} ${name} in pieces of ${size}, as ${role} [RFC 6455 5.2]`, () => {
          const message = payload((1024 * KIB) / SCALE);
          const end = new End(role, { echoes: true });
          end.receive([{ opcode, payload: message }], size);
          expect(end.sent().map((sent) => sent.payload)).toEqual([message]);
        });
      }

      for (const length of [0, 16, 64, 256, KIB, 4 * KIB]) {
        it(`9.${opcode + 6} a thousand messages of ${length} octets, as ${role} [RFC 6455 5.2]`, () => {
          const end = new End(role, { echoes: true });
          const one = frame({ opcode, payload: payload(length), masked: role === 'server' });
          end.receiveBytes(join(...Array.from({ length: 1000 }, () => one)), 64 * KIB);
          const sent = end.sent();
          expect(sent.length).toBe(1000);
          expect(sent.every((back) => Buffer.compare(back.payload, payload(length)) === 0)).toBe(
            true,
          );
        });
      }
    }
  }
});

autobahn('10, fragments of a sender that cuts by itself', [
  {
    title: '10.1.1 65536 octets in fragments of 1300 [RFC 6455 5.4]',
    sends: fragments(TEXT, cut(payload(65_536), 1300)),
    back: [text(payload(65_536))],
  },
]);
