/**
 * Sections 12 and 13: messages of many sizes, compressed, to an echo, with each set of parameters. Their
 * peer here is ours as well; zlib's own streams and `ws` stand against it in other tests.
 */

import { seededRandom } from '@netlayers/testkit';
import {
  compressionOf,
  type DeflateOptions,
  type DeflateParameters,
  type Role,
} from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it } from 'vitest';
import { End } from '../../support/end.js';
import { utf8 } from '../../support/frames.js';

/** Autobahn sends a thousand of each. */
const MESSAGES = 8;

/** What its data files are: records, prose, octets that do not compress, and repetitions. */
const CORPORA: readonly [string, (random: ReturnType<typeof seededRandom>) => Uint8Array][] = [
  [
    '12.1 records',
    (random) => utf8(JSON.stringify({ id: random.u32(), tags: ['a', 'b'], at: random.fraction() })),
  ],
  [
    '12.2 prose',
    (random) => utf8(`the ${['quick', 'lazy', 'brown'][random.below(3)]} fox and the dog, `),
  ],
  ['12.3 octets', (random) => random.bytes(40)],
  ['12.4 markup', (random) => utf8(`<li class="item-${random.below(9)}">µ€𤭢</li>\n`)],
  ['12.5 zeros', () => new Uint8Array(64)],
];
const SIZES = [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

const PARAMETERS: readonly [string, Partial<DeflateParameters>][] = [
  ['13.1', {}],
  ['13.2', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ['13.3', { serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
  ['13.4', { serverMaxWindowBits: 15, clientMaxWindowBits: 15 }],
  [
    '13.5',
    {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 9,
      clientMaxWindowBits: 9,
    },
  ],
  ['13.6', { serverNoContextTakeover: true, serverMaxWindowBits: 8 }],
  ['13.7', { clientNoContextTakeover: true, clientMaxWindowBits: 10 }],
];

const DEFAULT: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const options: DeflateOptions = { codec: nodeDeflate(), thresholdBytes: 0 };

/** One message of a size; text where the corpus is text and the cut leaves it so. */
function sized(make: () => Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const piece = make().subarray(0, size - at);
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function echo(
  tested: Role,
  parameters: Partial<DeflateParameters>,
  messages: Uint8Array[],
  fragmentBytes: number,
): number {
  const agreed = { ...DEFAULT, ...parameters };
  const peerRole = tested === 'server' ? 'client' : 'server';
  const end = new End(tested, {
    echoes: true,
    compression: compressionOf(tested, agreed, options),
  });
  const peer = new End(peerRole, { compression: compressionOf(peerRole, agreed, options) });
  let wireBytes = 0;
  for (const message of messages) {
    peer.connection.beginMessage('binary');
    for (let at = 0; at < message.length; at += fragmentBytes) {
      peer.connection.sendPiece(message, at, Math.min(message.length, at + fragmentBytes));
    }
    peer.connection.endMessage();
    const sent = peer.sink.take();
    wireBytes += sent.length;
    end.receiveBytes(sent, 1500);
    peer.receiveBytes(end.sink.take(), 1500);
    const back = peer.messages.pop() as Uint8Array;
    if (Buffer.compare(back, message) !== 0) throw new Error('another message came back');
  }
  expect([peer.error, end.error]).toEqual([null, null]);
  return wireBytes;
}

for (const role of ['server', 'client'] as const) {
  describe(`Autobahn 12, compressed messages, we are the ${role}`, () => {
    for (const [name, make] of CORPORA) {
      it(`${name} of every size come back as they were [RFC 7692 7.2]`, () => {
        const random = seededRandom(12);
        for (const size of SIZES) {
          const messages = Array.from(
            { length: Math.max(2, Math.ceil((MESSAGES * 1024) / size)) },
            () => sized(() => make(random), size),
          );
          echo(role, {}, messages, Number.POSITIVE_INFINITY);
          echo(role, {}, messages.slice(0, 2), 256);
        }
      });
    }
  });

  describe(`Autobahn 13, parameters, we are the ${role}`, () => {
    for (const [id, parameters] of PARAMETERS) {
      it(`${id} ${JSON.stringify(parameters)} [RFC 7692 7.1]`, () => {
        const random = seededRandom(13);
        const make = (): Uint8Array => CORPORA[random.below(4)]![1](random);
        const messages = Array.from({ length: MESSAGES }, (_, at) => sized(make, SIZES[at % 9]!));
        echo(role, parameters, messages, 4096);
      });
    }

    it('13.x what is taken over saves octets [RFC 7692 7.1.1]', () => {
      const random = seededRandom(14);
      const record = sized(() => CORPORA[0]![1](random), 2000);
      const ten = Array.from({ length: 10 }, () => record);
      const anew = { serverNoContextTakeover: true, clientNoContextTakeover: true };
      expect(echo(role, {}, ten, 4096) * 3).toBeLessThan(echo(role, anew, ten, 4096));
    });
  });
}
