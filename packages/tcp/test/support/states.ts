/** How each state is reached: a script whose connection, or listener, is in it. */

import type { TcpState } from '@netlayers/tcp';
import {
  closeWait,
  closing,
  established,
  finWait1,
  finWait2,
  lastAck,
  listening,
  type Script,
  type ScriptSetup,
  synReceived,
  synSent,
  timeWait,
} from './fake-peer.js';

type Build = (setup?: ScriptSetup) => Script;

/** The states of a connection. */
export const CONNECTED: Readonly<Record<Exclude<TcpState, 'CLOSED' | 'LISTEN'>, Build>> = {
  'SYN-SENT': synSent,
  'SYN-RECEIVED': synReceived,
  ESTABLISHED: established,
  'FIN-WAIT-1': finWait1,
  'FIN-WAIT-2': finWait2,
  'CLOSE-WAIT': closeWait,
  CLOSING: closing,
  'LAST-ACK': lastAck,
  'TIME-WAIT': timeWait,
};

/** All states but CLOSED. */
export const BUILD: Readonly<Record<Exclude<TcpState, 'CLOSED'>, Build>> = {
  LISTEN: listening,
  ...CONNECTED,
};
