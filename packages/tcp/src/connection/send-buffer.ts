/**
 * How many octets may be queued for sending before `write` asks to wait: what the network takes, and
 * as much again that waits behind it, so that an application that answers a drain never lets the
 * congestion window run dry. Nothing is stored for it: it follows the window.
 */

import type { MemoryBudget } from '../memory/budget.js';
import { INITIAL_BUFFER, type TcpSettings } from './settings.js';

/** What is enough under memory pressure: a response head and a few segments. */
const PRESSED_BUFFER = 16 * 1024;

/** The mark of one connection; `cwnd` is its congestion window. */
export function sendBufferLimit(settings: TcpSettings, cwnd: number, budget: MemoryBudget): number {
  const { sendBuffer } = settings;
  if (budget.isModerate) return Math.min(sendBuffer, PRESSED_BUFFER);
  return settings.autotune ? Math.min(sendBuffer, INITIAL_BUFFER + 2 * cwnd) : sendBuffer;
}
