import { autobahn, type Case, close, fragments, ping, TEXT, text } from '../../support/autobahn.js';

const LONG = text('BAsd7&jh23'.repeat(26_214));
const parts = fragments(TEXT, ['fragment1', 'fragment2']);

autobahn('7.1 to 7.5, closing', [
  {
    title: '7.1.1 text, then a Close frame [RFC 6455 5.5.1]',
    sends: [text(), close(1000)],
    back: [text(), 1000],
  },
  {
    title: '7.1.2 two Close frames [RFC 6455 5.5.1]',
    sends: [close(1000), close(1000)],
    back: [1000],
  },
  {
    title: '7.1.3 a ping behind a Close frame [RFC 6455 5.5.2]',
    sends: [close(1000), ping()],
    back: [1000],
  },
  {
    title: '7.1.4 text behind a Close frame [RFC 6455 5.5.1]',
    sends: [close(1000), text()],
    back: [1000],
  },
  {
    title: '7.1.5 a Close frame inside of a message [RFC 6455 5.5.1]',
    sends: [parts[0]!, close(1000), parts[1]!],
    back: [1000],
  },
  {
    title: '7.1.6 a long message, a Close frame, a ping [RFC 6455 5.5.1]',
    sends: [LONG, close(1000), ping()],
    back: [LONG, 1000],
  },
  {
    title: '7.3.1 a Close frame of nothing [RFC 6455 5.5.1]',
    sends: [close()],
    back: [close()],
  },
  {
    title: '7.3.2 half a code [RFC 6455 5.5.1]',
    sends: [close(undefined, 'a')],
    back: [1002],
  },
  { title: '7.3.3 a code [RFC 6455 5.5.1]', sends: [close(1000)], back: [1000] },
  {
    title: '7.3.4 a code and a reason [RFC 6455 5.5.1]',
    sends: [close(1000, 'Hello!')],
    back: [1000],
  },
  {
    title: '7.3.5 a reason of 123 octets [RFC 6455 5.5.1]',
    sends: [close(1000, '*'.repeat(123))],
    back: [1000],
  },
  {
    title: '7.3.6 a reason of 124 octets [RFC 6455 5.5]',
    sends: [close(1000, '*'.repeat(124))],
    back: [1002],
  },
  {
    title: '7.5.1 a reason that is not UTF-8 [RFC 6455 5.5.1]',
    sends: [close(1000, Uint8Array.of(0xce, 0xba, 0xed, 0xa0, 0x80))],
    back: [1007],
  },
  {
    title: '7.5.x a reason that stops inside of a character [RFC 6455 5.5.1]',
    sends: [close(1000, Uint8Array.of(0xce))],
    back: [1007],
  },
]);

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const INVALID = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999];

autobahn('7.7 to 7.13, codes', [
  ...VALID.map(
    (code, index): Case => ({
      title: `7.7.${index + 1} code ${code} [RFC 6455 7.4]`,
      sends: [close(code)],
      back: [code],
    }),
  ),
  ...INVALID.map(
    (code, index): Case => ({
      title: `7.9.${index + 1} code ${code} [RFC 6455 7.4]`,
      sends: [close(code)],
      back: [1002],
    }),
  ),
  ...[5000, 65_535].map(
    (code, index): Case => ({
      title: `7.13.${index + 1} code ${code} [RFC 6455 7.4]`,
      sends: [close(code)],
      back: [1002],
    }),
  ),
  ...[1012, 1013, 1014].map(
    (code): Case => ({
      title: `7.x code ${code}, registered since [RFC 6455 7.4]`,
      sends: [close(code)],
      back: [code],
    }),
  ),
]);
