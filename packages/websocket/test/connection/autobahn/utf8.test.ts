import { describe, expect, it } from 'vitest';
import { autobahn, type Case, fragments, TEXT, text } from '../../support/autobahn.js';
import { End } from '../../support/end.js';
import { frame, join, utf8 } from '../../support/frames.js';

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replace(/ /g, ''), 'hex'));
const octets = (hex: string): Uint8Array[] =>
  Array.from(bytes(hex), (octet) => Uint8Array.of(octet));

const GREEK = 'cebae1bdb9cf83cebcceb5';
const SENTENCE = 'Hello-µ@ßöäüàá-UTF-8!!';

const valid = (id: string, hex: string): Case => ({
  title: `${id} text of ${hex} is fine [RFC 6455 8.1]`,
  sends: [text(bytes(hex))],
  back: [text(bytes(hex))],
});
const invalid = (id: string, hex: string): Case => ({
  title: `${id} text of ${hex} is none [RFC 6455 8.1]`,
  sends: [text(bytes(hex))],
  back: [1007],
});
const numbered = (section: string, list: readonly string[], make: typeof valid): Case[] =>
  list.map((hex, index) => make(`${section}.${index + 1}`, hex));

autobahn('6.1 to 6.3, UTF-8 in fragments', [
  { title: '6.1.1 text of nothing [RFC 6455 5.6]', sends: [text('')], back: [text('')] },
  {
    title: '6.1.2 three fragments of nothing [RFC 6455 5.4]',
    sends: fragments(TEXT, ['', '', '']),
    back: [text('')],
  },
  {
    title: '6.1.3 three fragments, two of nothing [RFC 6455 5.4]',
    sends: fragments(TEXT, ['', 'middle', '']),
    back: [text('middle')],
  },
  {
    title: '6.2.1 a sentence [RFC 6455 5.6]',
    sends: [text(SENTENCE)],
    back: [text(SENTENCE)],
  },
  {
    title: '6.2.2 a sentence in two fragments [RFC 6455 5.6]',
    sends: fragments(TEXT, ['Hello-µ@ßöä', 'üàá-UTF-8!!']),
    back: [text(SENTENCE)],
  },
  {
    title: '6.2.3 a sentence in fragments of an octet [RFC 6455 8.1]',
    sends: fragments(
      TEXT,
      Array.from(utf8(SENTENCE), (octet) => Uint8Array.of(octet)),
    ),
    back: [text(SENTENCE)],
  },
  {
    title: '6.2.4 greek in fragments of an octet [RFC 6455 8.1]',
    sends: fragments(TEXT, octets(GREEK)),
    back: [text(bytes(GREEK))],
  },
  {
    title: '6.3.1 greek and a surrogate [RFC 6455 8.1]',
    sends: [text(bytes(`${GREEK}eda080656469746564`))],
    back: [1007],
  },
  {
    title: '6.3.2 the same in fragments of an octet [RFC 6455 8.1]',
    sends: fragments(TEXT, octets(`${GREEK}eda080656469746564`)),
    back: [1007],
  },
]);

autobahn('6.5 to 6.11, the edges of UTF-8', [
  ...numbered(
    '6.5',
    ['hello$world', 'hello¢world', 'hello€world', 'hello𤭢world', 'κόσμε'].map((word) =>
      Buffer.from(word).toString('hex'),
    ),
    valid,
  ),
  ...Array.from({ length: 11 }, (_, index): Case => {
    const hex = GREEK.slice(0, 2 * (index + 1));
    const isWhole = [2, 5, 7, 9, 11].includes(index + 1);
    return (isWhole ? valid : invalid)(`6.6.${index + 1}`, hex);
  }),
  ...numbered('6.7', ['00', 'c280', 'e0a080', 'f0908080'], valid),
  ...numbered('6.8', ['f888808080', 'fc8480808080'], invalid),
  ...numbered('6.9', ['7f', 'dfbf', 'efbfbf', 'f48fbfbf'], valid),
  ...numbered('6.10', ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'], invalid),
  ...numbered('6.11', ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'], valid),
  invalid('6.11.5', 'f4908080'),
]);

const continuations = Array.from({ length: 64 }, (_, index) => (0x80 + index).toString(16)).join(
  '',
);
const lonely = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => `${(first + index).toString(16)}20`).join(
    '',
  );
const CUT = [
  'c0',
  'e080',
  'f08080',
  'f8808080',
  'fc80808080',
  'df',
  'efbf',
  'f7bfbf',
  'fbbfbfbf',
  'fdbfbfbfbf',
];
const SINGLE = ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'];
const PAIRS = ['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap((high) => [
  `${high}edb080`,
  `${high}edbfbf`,
]);

autobahn('6.12 to 6.21, what is not UTF-8', [
  ...numbered(
    '6.12',
    ['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf', continuations],
    invalid,
  ),
  ...numbered(
    '6.13',
    [
      lonely(0xc0, 0xdf),
      lonely(0xe0, 0xef),
      lonely(0xf0, 0xf7),
      lonely(0xf8, 0xfb),
      lonely(0xfc, 0xfd),
    ],
    invalid,
  ),
  ...numbered('6.14', CUT, invalid),
  invalid('6.15.1', CUT.join('')),
  ...numbered('6.16', ['fe', 'ff', 'fefeffff'], invalid),
  ...numbered('6.17', ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'], invalid),
  ...numbered('6.18', ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'], invalid),
  ...numbered('6.19', ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'], invalid),
  ...numbered('6.20', SINGLE, invalid),
  ...numbered('6.21', PAIRS, invalid),
]);

const hexOf = (point: number): string => Buffer.from(String.fromCodePoint(point)).toString('hex');

autobahn('6.22 and 6.23, what means nothing and is allowed', [
  ...numbered(
    '6.22',
    Array.from({ length: 17 }, (_, plane) => plane * 0x10000).flatMap((plane) => [
      hexOf(plane + 0xfffe),
      hexOf(plane + 0xffff),
    ]),
    valid,
  ),
  ...numbered('6.23', [0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff].map(hexOf), valid),
]);

/** κόσμε, four octets of which the second cannot be, and more: refused at the octet that is wrong. */
describe('Autobahn 6.4, refused before the message ends', () => {
  const good = bytes(GREEK);
  const bad = bytes('f4908080');

  for (const role of ['server', 'client'] as const) {
    const masked = role === 'server';

    it(`6.4.1 at the fragment that is wrong, as ${role} [RFC 6455 8.1]`, () => {
      const end = new End(role).receive([{ fin: false, opcode: TEXT, payload: good }]);
      expect(end.events).toEqual([]);
      end.receive([{ fin: false, opcode: 0, payload: bad }]);
      expect(end.events).toEqual(['error invalid-utf8']);
    });

    it(`6.4.2 at half of a character that cannot go on, as ${role} [RFC 6455 8.1]`, () => {
      const end = new End(role).receive([
        { fin: false, opcode: TEXT, payload: join(good, bytes('f4')) },
      ]);
      expect(end.events).toEqual([]);
      end.receive([{ fin: false, opcode: 0, payload: bytes('90') }]);
      expect(end.events).toEqual(['error invalid-utf8']);
    });

    it(`6.4.3, 6.4.4 at the octet of a frame that is not whole, as ${role} [RFC 6455 8.1]`, () => {
      const whole = frame({ opcode: TEXT, payload: join(good, bad, utf8('edited')), masked });
      const wrong = (masked ? 6 : 2) + good.length + 2;
      const end = new End(role).receiveBytes(whole.subarray(0, wrong - 1), 1);
      expect(end.events).toEqual([]);
      end.receiveBytes(whole.subarray(wrong - 1, wrong));
      expect(end.events).toEqual(['error invalid-utf8']);
      expect(end.sent().at(-1)?.payload).toEqual(Uint8Array.of(1007 >> 8, 1007 & 255));
    });
  }
});
