/**
 * Every state against the calls of the user (RFC 9293, 3.10.1 to 3.10.6; RECEIVE is a push here, and
 * a state is what STATUS would say), the time-outs (3.10.8; that of an open is a number of repetitions,
 * `synRetries`, and no cell), and kinds of segments that `state-grid.test.ts` has not. How cells read
 * is said in `support/state-grid.ts`.
 */

import { TcpError } from '@netlayers/tcp';
import { PEER_ADDRESS, type Script } from '../support/fake-peer.js';
import { call, describeGrid, type GridEvent, segment } from '../support/state-grid.js';

/** OPEN once more, for the same pair of sockets. */
function openAgain(script: Script): string {
  const { ourPort, peerPort } = script;
  const options = { remoteAddress: PEER_ADDRESS, remotePort: peerPort, localPort: ourPort };
  try {
    script.tcp.connect(options, () => {}, script.now);
    return 'opened';
  } catch (error) {
    if (error instanceof TcpError) return error.code;
    throw error;
  }
}

/** Lets the retransmission timer expire once, where it runs. */
function timeOut(script: Script): void {
  const { retransmitAt } = script.conn.snd;
  if (retransmitAt < Number.POSITIVE_INFINITY) script.advance(retransmitAt - script.now);
}

const EVENTS: Record<string, GridEvent> = {
  OPEN: call('RFC 9293 3.10.1', openAgain),
  SEND: call('RFC 9293 3.10.2', (script) => (script.write('abc') ? 'taken' : 'refused')),
  'CLOSE of both directions': call('RFC 9293 3.10.4', (script) => {
    script.conn.close(script.now);
    script.turn();
  }),
  'CLOSE twice': call('RFC 9293 3.10.4', (script) => {
    script.end();
    script.end();
  }),
  STATUS: call('RFC 9293 3.10.6', (script) => `${script.conn.bufferedBytes} queued`),
  'USER TIMEOUT': call('RFC 9293 3.10.8', (script) => {
    script.conn.change({ userTimeoutMs: 1 }, script.now);
    timeOut(script);
    script.take();
  }),
  'RETRANSMISSION TIMEOUT': call('RFC 9293 3.10.8', timeOut),
  'RST-ACK at RCV.NXT': segment((R, _U, N) => ({ seq: R, ack: N, flags: 'RA' }), 'RFC 5961 3'),
  'RST with text at RCV.NXT': segment((R) => ({ seq: R, flags: 'R', data: 'why' }), 'RFC 5961 3'),
  'SYN at RCV.NXT': segment((R) => ({ seq: R, flags: 'S' }), 'RFC 5961 4'),
  'SYN beyond the window': segment((R) => ({ seq: R + 30_000, flags: 'S' }), 'RFC 5961 4'),
  'SYN-ACK in the window': segment((R, U) => ({ seq: R, ack: U, flags: 'SA' }), 'RFC 5961 4'),
  'keep-alive probe': segment((R, U) => ({ seq: R - 1, ack: U })),
  'urgent text': segment((R, U) => ({ seq: R, ack: U, flags: 'UA', up: 3, data: 'abc' })),
  'text over the left edge': segment((R, U) => ({ seq: R - 1, ack: U, data: 'xabc' })),
  'text with ACK of everything': segment((R, _U, N) => ({ seq: R, ack: N, data: 'abc' })),
  'FIN without ACK bit': segment((R) => ({ seq: R, flags: 'F' })),
  'FIN beyond the window': segment((R, U) => ({ seq: R + 30_000, ack: U, flags: 'FA' })),
  'ACK beyond the window': segment((R, _U, N) => ({ seq: R + 30_000, ack: N })),
};

const GRID: Record<string, Record<string, string>> = {
  'SYN-SENT': {
    OPEN: 'EADDRINUSE',
    SEND: 'taken',
    'CLOSE of both directions': 'CLOSED, open:ECONNABORTED',
    'CLOSE twice': 'CLOSED, open:ECONNABORTED',
    STATUS: '0 queued',
    'USER TIMEOUT': '=',
    'RETRANSMISSION TIMEOUT': 'S 0:0',
    'RST-ACK at RCV.NXT': 'CLOSED, open:ECONNREFUSED',
    'RST with text at RCV.NXT': '=',
    'SYN at RCV.NXT': 'SYN-RECEIVED, SA 0:2',
    'SYN beyond the window': 'SYN-RECEIVED, SA 0:30002',
    'SYN-ACK in the window': 'R 0:0',
    'keep-alive probe': 'R 0:0',
    'urgent text': 'R 0:0',
    'text over the left edge': 'R 0:0',
    'text with ACK of everything': '=',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'R 0:0',
    'ACK beyond the window': '=',
  },
  'SYN-RECEIVED': {
    OPEN: 'EADDRINUSE',
    SEND: 'taken',
    'CLOSE of both directions': '=',
    'CLOSE twice': '=',
    STATUS: '0 queued',
    'USER TIMEOUT': '=',
    'RETRANSMISSION TIMEOUT': 'SA 0:1',
    'RST-ACK at RCV.NXT': 'CLOSED',
    'RST with text at RCV.NXT': 'CLOSED',
    'SYN at RCV.NXT': 'CLOSED',
    'SYN beyond the window': 'SA 0:1',
    'SYN-ACK in the window': 'CLOSED',
    'keep-alive probe': 'A 1:1',
    'urgent text': 'R 0:0',
    'text over the left edge': 'R 0:0',
    'text with ACK of everything': 'ESTABLISHED, accept, data:3',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 1:1',
    'ACK beyond the window': 'A 1:1',
  },
  ESTABLISHED: {
    OPEN: 'EADDRINUSE',
    SEND: 'PA 1:1, taken',
    'CLOSE of both directions': 'FIN-WAIT-1, FA 1:1',
    'CLOSE twice': 'FIN-WAIT-1, FA 1:1',
    STATUS: '0 queued',
    'USER TIMEOUT': '=',
    'RETRANSMISSION TIMEOUT': '=',
    'RST-ACK at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'RST with text at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'SYN at RCV.NXT': 'A 1:1',
    'SYN beyond the window': 'A 1:1',
    'SYN-ACK in the window': 'A 1:1',
    'keep-alive probe': 'A 1:1',
    'urgent text': 'data:3',
    'text over the left edge': 'data:3',
    'text with ACK of everything': 'data:3',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 1:1',
    'ACK beyond the window': 'A 1:1',
  },
  'FIN-WAIT-1': {
    OPEN: 'EADDRINUSE',
    SEND: 'refused',
    'CLOSE of both directions': '=',
    'CLOSE twice': '=',
    STATUS: '0 queued',
    'USER TIMEOUT': 'CLOSED, close:ETIMEDOUT',
    'RETRANSMISSION TIMEOUT': 'FA 1:1',
    'RST-ACK at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'RST with text at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'SYN at RCV.NXT': 'A 2:1',
    'SYN beyond the window': 'A 2:1',
    'SYN-ACK in the window': 'A 2:1',
    'keep-alive probe': 'A 2:1',
    'urgent text': 'data:3',
    'text over the left edge': 'data:3',
    'text with ACK of everything': 'FIN-WAIT-2, data:3',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 2:1',
    'ACK beyond the window': 'A 2:1',
  },
  'FIN-WAIT-2': {
    OPEN: 'EADDRINUSE',
    SEND: 'refused',
    'CLOSE of both directions': 'close',
    'CLOSE twice': '=',
    STATUS: '0 queued',
    'USER TIMEOUT': '=',
    'RETRANSMISSION TIMEOUT': '=',
    'RST-ACK at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'RST with text at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'SYN at RCV.NXT': 'A 2:1',
    'SYN beyond the window': 'A 2:1',
    'SYN-ACK in the window': 'A 2:1',
    'keep-alive probe': 'A 2:1',
    'urgent text': 'data:3',
    'text over the left edge': 'data:3',
    'text with ACK of everything': 'data:3',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 2:1',
    'ACK beyond the window': 'A 2:1',
  },
  'CLOSE-WAIT': {
    OPEN: 'EADDRINUSE',
    SEND: 'PA 1:2, taken',
    'CLOSE of both directions': 'LAST-ACK, FA 1:2',
    'CLOSE twice': 'LAST-ACK, FA 1:2',
    STATUS: '0 queued',
    'USER TIMEOUT': '=',
    'RETRANSMISSION TIMEOUT': '=',
    'RST-ACK at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'RST with text at RCV.NXT': 'CLOSED, close:ECONNRESET',
    'SYN at RCV.NXT': 'A 1:2',
    'SYN beyond the window': 'A 1:2',
    'SYN-ACK in the window': 'A 1:2',
    'keep-alive probe': 'A 1:2',
    'urgent text': '=',
    'text over the left edge': '=',
    'text with ACK of everything': '=',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 1:2',
    'ACK beyond the window': 'A 1:2',
  },
  CLOSING: {
    OPEN: 'EADDRINUSE',
    SEND: 'refused',
    'CLOSE of both directions': '=',
    'CLOSE twice': '=',
    STATUS: '0 queued',
    'USER TIMEOUT': 'CLOSED, close:ETIMEDOUT',
    'RETRANSMISSION TIMEOUT': 'FA 1:2',
    'RST-ACK at RCV.NXT': 'CLOSED, close',
    'RST with text at RCV.NXT': 'CLOSED, close',
    'SYN at RCV.NXT': 'A 2:2',
    'SYN beyond the window': 'A 2:2',
    'SYN-ACK in the window': 'A 2:2',
    'keep-alive probe': 'A 2:2',
    'urgent text': '=',
    'text over the left edge': '=',
    'text with ACK of everything': 'TIME-WAIT, close',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 2:2',
    'ACK beyond the window': 'A 2:2',
  },
  'LAST-ACK': {
    OPEN: 'EADDRINUSE',
    SEND: 'refused',
    'CLOSE of both directions': '=',
    'CLOSE twice': '=',
    STATUS: '0 queued',
    'USER TIMEOUT': 'CLOSED, close:ETIMEDOUT',
    'RETRANSMISSION TIMEOUT': 'FA 1:2',
    'RST-ACK at RCV.NXT': 'CLOSED, close',
    'RST with text at RCV.NXT': 'CLOSED, close',
    'SYN at RCV.NXT': 'A 2:2',
    'SYN beyond the window': 'A 2:2',
    'SYN-ACK in the window': 'A 2:2',
    'keep-alive probe': 'A 2:2',
    'urgent text': '=',
    'text over the left edge': '=',
    'text with ACK of everything': 'CLOSED, close',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 2:2',
    'ACK beyond the window': 'A 2:2',
  },
  'TIME-WAIT': {
    OPEN: 'EADDRINUSE',
    SEND: 'refused',
    'CLOSE of both directions': '=',
    'CLOSE twice': '=',
    STATUS: '0 queued',
    'USER TIMEOUT': '=',
    'RETRANSMISSION TIMEOUT': '=',
    'RST-ACK at RCV.NXT': 'CLOSED',
    'RST with text at RCV.NXT': 'CLOSED',
    'SYN at RCV.NXT': 'A 2:2',
    'SYN beyond the window': 'CLOSED, SA 65538:30003',
    'SYN-ACK in the window': 'A 2:2',
    'keep-alive probe': 'A 2:2',
    'urgent text': '=',
    'text over the left edge': '=',
    'text with ACK of everything': '=',
    'FIN without ACK bit': '=',
    'FIN beyond the window': 'A 2:2',
    'ACK beyond the window': 'A 2:2',
  },
};

describeGrid(EVENTS, GRID);
