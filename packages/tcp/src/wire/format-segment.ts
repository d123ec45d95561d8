/**
 * A segment as one line for people, in the manner of packet dumps.
 */

import { formatFlags, TcpFlag } from './flags.js';
import type { TcpHeader } from './header.js';

function optionsOf(header: TcpHeader): string {
  const options: string[] = [];
  if (header.mss > 0) options.push(`mss ${header.mss}`);
  if (header.sackPermitted) options.push('sackOK');
  if (header.hasTimestamp) options.push(`ts ${header.tsval}/${header.tsecr}`);
  if (header.windowShift >= 0) options.push(`ws ${header.windowShift}`);
  for (let block = 0; block < header.sackCount; block++) {
    const left = header.sackEdges[block * 2];
    options.push(`sack ${left}-${header.sackEdges[block * 2 + 1]}`);
  }
  return options.length === 0 ? '' : ` <${options.join(' ')}>`;
}

/**
 * Formats a parsed segment: control bits, numbers, the length of its text, options.
 *
 * `SYN seq=1 win=64240 <mss 1460 sackOK ts 1/0 ws 7>`, `PSH-ACK seq=2 ack=9 win=502 len=78`
 */
export function formatSegment(header: TcpHeader): string {
  const text = header.dataEnd - header.dataStart;
  const ack = (header.flags & TcpFlag.ACK) !== 0 ? ` ack=${header.ack}` : '';
  const length = text > 0 ? ` len=${text}` : '';
  const options = optionsOf(header);
  return `${formatFlags(header.flags)} seq=${header.seq}${ack} win=${header.wnd}${length}${options}`;
}
