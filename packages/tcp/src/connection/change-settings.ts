/**
 * Settings that change while a connection lives. A connection shares its settings with others until
 * then, and has its own copy from the first change on: who changes nothing pays nothing.
 *
 * Fixed is what the SYNs have said or what the listener decides; it is given to `connect` or
 * `listen`. Explicit congestion notification is among it (RFC 3168, 6.1.1).
 */

import { Because } from '../base/reasons.js';
import type { CongestionControlFactory } from '../congestion/congestion-control.js';
import type { Delivery } from './delivery.js';
import type { Patience } from './patience.js';
import type { Receiver } from './receiver.js';
import type { Sender } from './sender.js';
import { resolveTcpSettings, type TcpSettings } from './settings.js';

const CHANGEABLE = [
  'noDelay',
  'delayedAckMs',
  'keepAlive',
  'keepAliveIdleMs',
  'keepAliveIntervalMs',
  'keepAliveProbes',
  'keepAliveOctet',
  'userTimeoutMs',
  'finWait2Ms',
  'sendBuffer',
  'receiveBuffer',
  'notSentLowWater',
  'autotune',
  'pacing',
  'maxPacingRate',
  'congestionControl',
] as const satisfies readonly (keyof TcpSettings)[];

/** Names of the settings that may change at any time. */
export type ChangeableSetting = (typeof CHANGEABLE)[number];

/** A connection as its settings are changed. */
export interface Changeable {
  settings: TcpSettings;
  noDelay: boolean;
  readonly snd: Sender;
  readonly rcv: Receiver;
  readonly patience: Patience;
  readonly delivery: Delivery;
  requestOutput(): void;
  updateDeadline(): void;
}

/** The work of `TcpConnection.change`. */
export function changeSettings(
  connection: Changeable,
  given: Partial<TcpSettings>,
  now: number,
): void {
  const settings = resolveTcpSettings(given, connection.settings);
  for (const name of Object.keys(given)) {
    if ((CHANGEABLE as readonly string[]).includes(name)) continue;
    throw new TypeError(`${name} cannot change any more: give it to connect or listen`);
  }
  const { snd, rcv, patience, delivery } = connection;
  if (given.congestionControl !== undefined) {
    switchCongestionControl(snd, given.congestionControl, now);
  }
  connection.settings = settings;
  snd.settings = settings;
  connection.noDelay = settings.noDelay;
  if (given.receiveBuffer !== undefined || given.autotune !== undefined) {
    rcv.bound(settings.receiveBuffer, settings.autotune);
  }
  if (given.userTimeoutMs !== undefined) patience.userTimeoutMs = given.userTimeoutMs;
  if (given.keepAlive === false) patience.turnOff();
  else if (settings.keepAlive && (given.keepAlive || given.keepAliveIdleMs !== undefined)) {
    patience.turnOn(settings.keepAliveIdleMs, now);
  }
  // What was held back may go now: small segments, a delayed ACK, paced text, a refused write.
  if (settings.delayedAckMs === 0 && rcv.unacked > 0 && rcv.ackBecause < 0) {
    rcv.ackBecause = Because.ACK_DUE;
  }
  delivery.noticeRoom();
  connection.requestOutput();
  connection.updateDeadline();
}

/**
 * Another algorithm takes over, with the window and the threshold of the one before it if it can
 * (`CongestionControl.adopt`); what it has measured of the path it measures anew.
 */
function switchCongestionControl(
  snd: Sender,
  factory: CongestionControlFactory,
  now: number,
): void {
  const before = snd.congestion;
  const next = factory(snd.mss);
  next.adopt?.(before.cwnd, before.ssthresh);
  if (snd.phase === 'timeout') {
    // It repairs by slow start, from the one segment that the time-out has left.
    next.handleCongestion({ cause: 'timeout', now, flightSize: snd.flightSize, isFirst: false });
  }
  if (snd.recovery.prrWindow >= 0 && next.governsRecovery) snd.recovery.prrWindow = -1;
  snd.congestion = next;
}
