/**
 * The control bits of the TCP header (RFC 9293, 3.1), and how they are written for people.
 */

/** Control bits, as they stand in the header's fourteenth byte. */
export const TcpFlag = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

const NAMES = [
  [TcpFlag.SYN, 'SYN'],
  [TcpFlag.FIN, 'FIN'],
  [TcpFlag.RST, 'RST'],
  [TcpFlag.PSH, 'PSH'],
  [TcpFlag.URG, 'URG'],
  [TcpFlag.ECE, 'ECE'],
  [TcpFlag.CWR, 'CWR'],
  [TcpFlag.ACK, 'ACK'],
] as const;

/** Names the control bits as people say them: `SYN-ACK`, `PSH-ACK`, `none`. */
export function formatFlags(flags: number): string {
  const names = NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? 'none' : names.join('-');
}
