import {
  autobahn,
  BINARY,
  binary,
  type Case,
  fragments,
  PING,
  PONG,
  ping,
  pong,
  TEXT,
  text,
} from '../../support/autobahn.js';

const LENGTHS = [0, 125, 126, 127, 128, 65_535, 65_536, 65_536];
const stars = (length: number): string => '*'.repeat(length);
const octets = (length: number): Uint8Array => new Uint8Array(length).fill(0xfe);

autobahn('1, framing', [
  ...LENGTHS.map((length, index): Case => {
    const message = text(stars(length));
    return {
      title: `1.1.${index + 1} text of ${length} octets [RFC 6455 5.2]`,
      sends: [message],
      back: [message],
    };
  }),
  ...LENGTHS.map((length, index): Case => {
    const message = binary(octets(length));
    return {
      title: `1.2.${index + 1} ${length} octets [RFC 6455 5.2]`,
      sends: [message],
      back: [message],
    };
  }),
]);

const TEN = Array.from({ length: 10 }, (_, index) => `payload-${index}`);
const BINARY_PAYLOAD = Uint8Array.of(0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff);

autobahn('2, pings and pongs', [
  { title: '2.1 a ping of nothing [RFC 6455 5.5.2]', sends: [ping()], back: [pong()] },
  {
    title: '2.2 a ping of text [RFC 6455 5.5.2]',
    sends: [ping('Hello!')],
    back: [pong('Hello!')],
  },
  {
    title: '2.3 a ping of octets [RFC 6455 5.5.2]',
    sends: [ping(BINARY_PAYLOAD)],
    back: [pong(BINARY_PAYLOAD)],
  },
  {
    title: '2.4 a ping of 125 octets [RFC 6455 5.5.2]',
    sends: [ping(octets(125))],
    back: [pong(octets(125))],
  },
  {
    title: '2.5 a ping of 126 octets [RFC 6455 5.5]',
    sends: [ping(octets(126))],
    back: [1002],
  },
  {
    title: '2.6 a ping octet by octet [RFC 6455 5.5.2]',
    sends: [ping(octets(125))],
    back: [pong(octets(125))],
  },
  {
    title: '2.7 a pong of nothing that nobody asked for [RFC 6455 5.5.3]',
    sends: [pong()],
    back: [],
  },
  {
    title: '2.8 a pong of text that nobody asked for [RFC 6455 5.5.3]',
    sends: [pong('x')],
    back: [],
  },
  {
    title: '2.9 a pong that nobody asked for, and a ping [RFC 6455 5.5.3]',
    sends: [pong('x'), ping('y')],
    back: [pong('y')],
  },
  { title: '2.10 ten pings [RFC 6455 5.5.2]', sends: TEN.map(ping), back: TEN.map(pong) },
  {
    title: '2.11 ten pings octet by octet [RFC 6455 5.5.2]',
    sends: TEN.map(ping),
    back: TEN.map(pong),
  },
]);

autobahn('3, reserved bits', [
  {
    title: '3.1 text with RSV 1 [RFC 6455 5.2]',
    sends: [{ ...text(), rsv: 1 }],
    back: [1002],
  },
  {
    title: '3.2 text, text with RSV 2, a ping [RFC 6455 5.2]',
    sends: [text(), { ...text(), rsv: 2 }, ping()],
    back: [text(), 1002],
  },
  {
    title: '3.3 text, text with RSV 3, a ping [RFC 6455 5.2]',
    sends: [text(), { ...text(), rsv: 3 }, ping()],
    back: [text(), 1002],
  },
  {
    title: '3.4 text, text with RSV 4, a ping [RFC 6455 5.2]',
    sends: [text(), { ...text(), rsv: 4 }, ping()],
    back: [text(), 1002],
  },
  {
    title: '3.5 octets with RSV 5 [RFC 6455 5.2]',
    sends: [{ ...binary(octets(8)), rsv: 5 }],
    back: [1002],
  },
  {
    title: '3.6 a ping with RSV 6 [RFC 6455 5.2]',
    sends: [{ ...ping(octets(8)), rsv: 6 }],
    back: [1002],
  },
  {
    title: '3.7 a Close frame with RSV 7 [RFC 6455 5.2]',
    sends: [{ opcode: 8, rsv: 7 }],
    back: [1002],
  },
]);

const opcodes = (section: string, base: number): readonly Case[] => [
  {
    title: `${section}.1 opcode ${base} [RFC 6455 5.2]`,
    sends: [{ opcode: base }],
    back: [1002],
  },
  {
    title: `${section}.2 opcode ${base + 1} with a payload [RFC 6455 5.2]`,
    sends: [{ opcode: base + 1, payload: 'x' }],
    back: [1002],
  },
  {
    title: `${section}.3 text, opcode ${base + 2}, a ping [RFC 6455 5.2]`,
    sends: [text(), { opcode: base + 2 }, ping()],
    back: [text(), 1002],
  },
  {
    title: `${section}.4 text, opcode ${base + 3} with a payload, a ping [RFC 6455 5.2]`,
    sends: [text(), { opcode: base + 3, payload: 'x' }, ping()],
    back: [text(), 1002],
  },
  {
    title: `${section}.5 text, opcode ${base + 4} with a payload, a ping [RFC 6455 5.2]`,
    sends: [text(), { opcode: base + 4, payload: 'x' }, ping()],
    back: [text(), 1002],
  },
];

autobahn('4, opcodes', [...opcodes('4.1', 3), ...opcodes('4.2', 11)]);

const TWO = ['fragment1', 'fragment2'];
const FIVE = ['fragment1', 'fragment2', 'fragment3', 'fragment4', 'fragment5'];
const two = fragments(TEXT, TWO);
const whole = text('fragment1fragment2');
const stray = (fin: boolean): { fin: boolean; opcode: number; payload: string } => ({
  fin,
  opcode: 0,
  payload: 'stray',
});
const five = fragments(TEXT, FIVE);
const pinged = [five[0]!, five[1]!, ping('1'), five[2]!, five[3]!, ping('2'), five[4]!];

autobahn('5, fragmentation', [
  {
    title: '5.1 a ping in two fragments [RFC 6455 5.5]',
    sends: fragments(PING, TWO),
    back: [1002],
  },
  {
    title: '5.2 a pong in two fragments [RFC 6455 5.5]',
    sends: fragments(PONG, TWO),
    back: [1002],
  },
  { title: '5.3-5.5 text in two fragments [RFC 6455 5.4]', sends: two, back: [whole] },
  {
    title: '5.6-5.8 text in two fragments, a ping between them [RFC 6455 5.4]',
    sends: [two[0]!, ping('p'), two[1]!],
    back: [pong('p'), whole],
  },
  {
    title: '5.9-5.11 a last continuation of nothing, then text [RFC 6455 5.4]',
    sends: [stray(true), text()],
    back: [1002],
  },
  {
    title: '5.12-5.14 a continuation of nothing, then text [RFC 6455 5.4]',
    sends: [stray(false), text()],
    back: [1002],
  },
  {
    title: '5.15 text in two fragments, a continuation of nothing, text [RFC 6455 5.4]',
    sends: [...two, stray(false), text()],
    back: [whole, 1002],
  },
  {
    title: '5.16 a continuation of nothing, text in two fragments, twice [RFC 6455 5.4]',
    sends: [stray(false), ...two, stray(false), ...two],
    back: [1002],
  },
  {
    title: '5.17 a last continuation of nothing, text in two fragments, twice [RFC 6455 5.4]',
    sends: [stray(true), ...two, stray(true), ...two],
    back: [1002],
  },
  {
    title: '5.18 text in two fragments that both begin it [RFC 6455 5.4]',
    sends: [two[0]!, text('fragment2')],
    back: [1002],
  },
  {
    title: '5.19-5.20 text in five fragments, with pings between them [RFC 6455 5.4]',
    sends: pinged,
    back: [pong('1'), pong('2'), text(FIVE.join(''))],
  },
  {
    title: '5.x octets in two fragments [RFC 6455 5.4]',
    sends: fragments(BINARY, TWO),
    back: [{ opcode: BINARY, payload: TWO.join('') }],
  },
]);
