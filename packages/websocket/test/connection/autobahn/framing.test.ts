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
    const what = `text of ${length} octets`;
    return { id: `1.1.${index + 1}`, what, clause: '5.2', sends: [message], back: [message] };
  }),
  ...LENGTHS.map((length, index): Case => {
    const message = binary(octets(length));
    const what = `${length} octets`;
    return { id: `1.2.${index + 1}`, what, clause: '5.2', sends: [message], back: [message] };
  }),
]);

const TEN = Array.from({ length: 10 }, (_, index) => `payload-${index}`);
const BINARY_PAYLOAD = Uint8Array.of(0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff);

autobahn('2, pings and pongs', [
  { id: '2.1', what: 'a ping of nothing', clause: '5.5.2', sends: [ping()], back: [pong()] },
  {
    id: '2.2',
    what: 'a ping of text',
    clause: '5.5.2',
    sends: [ping('Hello!')],
    back: [pong('Hello!')],
  },
  {
    id: '2.3',
    what: 'a ping of octets',
    clause: '5.5.2',
    sends: [ping(BINARY_PAYLOAD)],
    back: [pong(BINARY_PAYLOAD)],
  },
  {
    id: '2.4',
    what: 'a ping of 125 octets',
    clause: '5.5.2',
    sends: [ping(octets(125))],
    back: [pong(octets(125))],
  },
  {
    id: '2.5',
    what: 'a ping of 126 octets',
    clause: '5.5',
    sends: [ping(octets(126))],
    back: [1002],
  },
  {
    id: '2.6',
    what: 'a ping octet by octet',
    clause: '5.5.2',
    sends: [ping(octets(125))],
    back: [pong(octets(125))],
  },
  {
    id: '2.7',
    what: 'a pong of nothing that nobody asked for',
    clause: '5.5.3',
    sends: [pong()],
    back: [],
  },
  {
    id: '2.8',
    what: 'a pong of text that nobody asked for',
    clause: '5.5.3',
    sends: [pong('x')],
    back: [],
  },
  {
    id: '2.9',
    what: 'a pong that nobody asked for, and a ping',
    clause: '5.5.3',
    sends: [pong('x'), ping('y')],
    back: [pong('y')],
  },
  { id: '2.10', what: 'ten pings', clause: '5.5.2', sends: TEN.map(ping), back: TEN.map(pong) },
  {
    id: '2.11',
    what: 'ten pings octet by octet',
    clause: '5.5.2',
    sends: TEN.map(ping),
    back: TEN.map(pong),
  },
]);

autobahn('3, reserved bits', [
  {
    id: '3.1',
    what: 'text with RSV 1',
    clause: '5.2',
    sends: [{ ...text(), rsv: 1 }],
    back: [1002],
  },
  {
    id: '3.2',
    what: 'text, text with RSV 2, a ping',
    clause: '5.2',
    sends: [text(), { ...text(), rsv: 2 }, ping()],
    back: [text(), 1002],
  },
  {
    id: '3.3',
    what: 'text, text with RSV 3, a ping',
    clause: '5.2',
    sends: [text(), { ...text(), rsv: 3 }, ping()],
    back: [text(), 1002],
  },
  {
    id: '3.4',
    what: 'text, text with RSV 4, a ping',
    clause: '5.2',
    sends: [text(), { ...text(), rsv: 4 }, ping()],
    back: [text(), 1002],
  },
  {
    id: '3.5',
    what: 'octets with RSV 5',
    clause: '5.2',
    sends: [{ ...binary(octets(8)), rsv: 5 }],
    back: [1002],
  },
  {
    id: '3.6',
    what: 'a ping with RSV 6',
    clause: '5.2',
    sends: [{ ...ping(octets(8)), rsv: 6 }],
    back: [1002],
  },
  {
    id: '3.7',
    what: 'a Close frame with RSV 7',
    clause: '5.2',
    sends: [{ opcode: 8, rsv: 7 }],
    back: [1002],
  },
]);

const opcodes = (section: string, base: number): readonly Case[] => [
  {
    id: `${section}.1`,
    what: `opcode ${base}`,
    clause: '5.2',
    sends: [{ opcode: base }],
    back: [1002],
  },
  {
    id: `${section}.2`,
    what: `opcode ${base + 1} with a payload`,
    clause: '5.2',
    sends: [{ opcode: base + 1, payload: 'x' }],
    back: [1002],
  },
  {
    id: `${section}.3`,
    what: `text, opcode ${base + 2}, a ping`,
    clause: '5.2',
    sends: [text(), { opcode: base + 2 }, ping()],
    back: [text(), 1002],
  },
  {
    id: `${section}.4`,
    what: `text, opcode ${base + 3} with a payload, a ping`,
    clause: '5.2',
    sends: [text(), { opcode: base + 3, payload: 'x' }, ping()],
    back: [text(), 1002],
  },
  {
    id: `${section}.5`,
    what: `text, opcode ${base + 4} with a payload, a ping`,
    clause: '5.2',
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
    id: '5.1',
    what: 'a ping in two fragments',
    clause: '5.5',
    sends: fragments(PING, TWO),
    back: [1002],
  },
  {
    id: '5.2',
    what: 'a pong in two fragments',
    clause: '5.5',
    sends: fragments(PONG, TWO),
    back: [1002],
  },
  { id: '5.3-5.5', what: 'text in two fragments', clause: '5.4', sends: two, back: [whole] },
  {
    id: '5.6-5.8',
    what: 'text in two fragments, a ping between them',
    clause: '5.4',
    sends: [two[0]!, ping('p'), two[1]!],
    back: [pong('p'), whole],
  },
  {
    id: '5.9-5.11',
    what: 'a last continuation of nothing, then text',
    clause: '5.4',
    sends: [stray(true), text()],
    back: [1002],
  },
  {
    id: '5.12-5.14',
    what: 'a continuation of nothing, then text',
    clause: '5.4',
    sends: [stray(false), text()],
    back: [1002],
  },
  {
    id: '5.15',
    what: 'text in two fragments, a continuation of nothing, text',
    clause: '5.4',
    sends: [...two, stray(false), text()],
    back: [whole, 1002],
  },
  {
    id: '5.16',
    what: 'a continuation of nothing, text in two fragments, twice',
    clause: '5.4',
    sends: [stray(false), ...two, stray(false), ...two],
    back: [1002],
  },
  {
    id: '5.17',
    what: 'a last continuation of nothing, text in two fragments, twice',
    clause: '5.4',
    sends: [stray(true), ...two, stray(true), ...two],
    back: [1002],
  },
  {
    id: '5.18',
    what: 'text in two fragments that both begin it',
    clause: '5.4',
    sends: [two[0]!, text('fragment2')],
    back: [1002],
  },
  {
    id: '5.19-5.20',
    what: 'text in five fragments, with pings between them',
    clause: '5.4',
    sends: pinged,
    back: [pong('1'), pong('2'), text(FIVE.join(''))],
  },
  {
    id: '5.x',
    what: 'octets in two fragments',
    clause: '5.4',
    sends: fragments(BINARY, TWO),
    back: [{ opcode: BINARY, payload: TWO.join('') }],
  },
]);
