/**
 * Messages that are nearly right.
 */

import type { SeededRandom } from '@netlayers/testkit';
import { bytes } from './pair.js';

/** Pieces that change what a message means. */
const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '"',
  '\r\n\r\n',
  '0\r\n\r\n',
  'Content-Length: 1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: a\r\n',
  'HTTP/1.1',
  'Connection: close\r\n',
  '\xff',
  'ffffffffffffffff',
  'Expect: 100-continue\r\n',
  'Upgrade: x\r\nConnection: upgrade\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  '\r\n ',
].map(bytes);

/** Changes a message in one to four places. */
export function mutate(random: SeededRandom, source: Uint8Array): Uint8Array {
  let data = Array.from(source);
  for (let changes = random.below(4); changes >= 0; changes--) {
    const at = random.below(data.length + 1);
    switch (random.below(6)) {
      case 0:
        data[at] = random.below(256);
        break;
      case 1:
        data.splice(at, random.below(8));
        break;
      case 2:
        data.splice(at, 0, ...TOKENS[random.below(TOKENS.length)]!);
        break;
      case 3:
        data = data.slice(0, at);
        break;
      case 4:
        data.splice(at, 0, ...data.slice(random.below(data.length + 1)).slice(0, random.below(20)));
        break;
      default:
        data[at] = (data[at] ?? 0) ^ (1 << random.below(8));
    }
  }
  return Uint8Array.from(data);
}
