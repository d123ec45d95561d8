/**
 * How many octets may be queued for sending before `write` asks to wait: what the network takes, and
 * as much again that waits behind it, so that an application that answers a drain never lets the
 * congestion window run dry. What is in flight counts where it is more than the window, as in loss
 * recovery, when much has arrived that is not acknowledged. Nothing is stored for it.
 */

import type { MemoryBudget } from '../memory/budget.js';
import type { Sender } from './sender.js';
import type { TcpSettings } from './settings.js';

/** What may wait besides: a response of a usual size is taken whole. */
const SLACK = 256 * 1024;

/** What is enough under memory pressure: a response head and a few segments. */
const PRESSED_BUFFER = 16 * 1024;

/** The mark of one connection that sends by `snd`. */
export function sendBufferLimit(settings: TcpSettings, snd: Sender, budget: MemoryBudget): number {
  const { sendBuffer } = settings;
  if (budget.isModerate) return Math.min(sendBuffer, PRESSED_BUFFER);
  if (!settings.autotune) return sendBuffer;
  const window = Math.max(snd.congestion.cwnd, snd.flightSize);
  return Math.min(sendBuffer, SLACK + 2 * window);
}
