import { autobahn, type Case, close, fragments, ping, TEXT, text } from '../../support/autobahn.js';

const LONG = text('BAsd7&jh23'.repeat(26_214));
const parts = fragments(TEXT, ['fragment1', 'fragment2']);

autobahn('7.1 to 7.5, closing', [
  {
    id: '7.1.1',
    what: 'text, then a Close frame',
    clause: '5.5.1',
    sends: [text(), close(1000)],
    back: [text(), 1000],
  },
  {
    id: '7.1.2',
    what: 'two Close frames',
    clause: '5.5.1',
    sends: [close(1000), close(1000)],
    back: [1000],
  },
  {
    id: '7.1.3',
    what: 'a ping behind a Close frame',
    clause: '5.5.2',
    sends: [close(1000), ping()],
    back: [1000],
  },
  {
    id: '7.1.4',
    what: 'text behind a Close frame',
    clause: '5.5.1',
    sends: [close(1000), text()],
    back: [1000],
  },
  {
    id: '7.1.5',
    what: 'a Close frame inside of a message',
    clause: '5.5.1',
    sends: [parts[0]!, close(1000), parts[1]!],
    back: [1000],
  },
  {
    id: '7.1.6',
    what: 'a long message, a Close frame, a ping',
    clause: '5.5.1',
    sends: [LONG, close(1000), ping()],
    back: [LONG, 1000],
  },
  {
    id: '7.3.1',
    what: 'a Close frame of nothing',
    clause: '5.5.1',
    sends: [close()],
    back: [close()],
  },
  {
    id: '7.3.2',
    what: 'half a code',
    clause: '5.5.1',
    sends: [close(undefined, 'a')],
    back: [1002],
  },
  { id: '7.3.3', what: 'a code', clause: '5.5.1', sends: [close(1000)], back: [1000] },
  {
    id: '7.3.4',
    what: 'a code and a reason',
    clause: '5.5.1',
    sends: [close(1000, 'Hello!')],
    back: [1000],
  },
  {
    id: '7.3.5',
    what: 'a reason of 123 octets',
    clause: '5.5.1',
    sends: [close(1000, '*'.repeat(123))],
    back: [1000],
  },
  {
    id: '7.3.6',
    what: 'a reason of 124 octets',
    clause: '5.5',
    sends: [close(1000, '*'.repeat(124))],
    back: [1002],
  },
  {
    id: '7.5.1',
    what: 'a reason that is not UTF-8',
    clause: '5.5.1',
    sends: [close(1000, Uint8Array.of(0xce, 0xba, 0xed, 0xa0, 0x80))],
    back: [1007],
  },
  {
    id: '7.5.x',
    what: 'a reason that stops inside of a character',
    clause: '5.5.1',
    sends: [close(1000, Uint8Array.of(0xce))],
    back: [1007],
  },
]);

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const INVALID = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999];

autobahn('7.7 to 7.13, codes', [
  ...VALID.map(
    (code, index): Case => ({
      id: `7.7.${index + 1}`,
      what: `code ${code}`,
      clause: '7.4',
      sends: [close(code)],
      back: [code],
    }),
  ),
  ...INVALID.map(
    (code, index): Case => ({
      id: `7.9.${index + 1}`,
      what: `code ${code}`,
      clause: '7.4',
      sends: [close(code)],
      back: [1002],
    }),
  ),
  ...[5000, 65_535].map(
    (code, index): Case => ({
      id: `7.13.${index + 1}`,
      what: `code ${code}`,
      clause: '7.4',
      sends: [close(code)],
      back: [1002],
    }),
  ),
  ...[1012, 1013, 1014].map(
    (code): Case => ({
      id: '7.x',
      what: `code ${code}, registered since`,
      clause: '7.4',
      sends: [close(code)],
      back: [code],
    }),
  ),
]);
