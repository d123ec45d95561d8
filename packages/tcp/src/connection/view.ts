/**
 * A connection as somebody sees it who may look and not touch: what an observer is given, and what
 * delivery reads of the connection that it belongs to.
 */

import type { TcpError } from '../base/errors.js';
import type { TcpState } from '../base/state.js';
import type { FourTuple } from './four-tuple.js';
import type { Receiver } from './receiver.js';
import type { Sender } from './sender.js';
import type { TcpSettings } from './settings.js';

/** The facts of one connection. */
export interface TcpConnectionView extends FourTuple {
  readonly state: TcpState;
  /** Why the connection failed; `null` while it has not. */
  readonly error: TcpError | null;
  readonly settings: TcpSettings;
  readonly snd: Sender;
  readonly rcv: Receiver;
}
