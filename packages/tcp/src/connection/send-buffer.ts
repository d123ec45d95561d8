/**
 * How many octets may be queued for sending before `write` asks to wait, and how many when there is
 * room again: what the network takes, and enough behind it that an application that answers a drain
 * never lets the congestion window run dry. More would only be colder when it is copied. What is in
 * flight counts where it is more than the window, as in loss recovery, when much has arrived that is
 * not acknowledged. Nothing is stored for it.
 */

import type { MemoryBudget } from '../memory/budget.js';
import type { Sender } from './sender.js';
import { mostInFlight, type TcpSettings } from './settings.js';

/** What may wait besides what is in flight: a response of a usual size is taken whole. */
const SLACK = 256 * 1024;

/** The most room that a refused `write` waits for: a slow reader makes that much soon enough. */
const LARGEST_DRAIN = 64 * 1024;

/** What is enough under memory pressure: a response head and a few segments. */
const PRESSED_BUFFER = 16 * 1024;

/** The mark of one connection that sends by `snd`, above which `write` asks to wait. */
export function sendBufferLimit(settings: TcpSettings, snd: Sender, budget: MemoryBudget): number {
  const { sendBuffer } = settings;
  if (budget.isModerate) return Math.min(sendBuffer, PRESSED_BUFFER);
  if (!settings.autotune) return sendBuffer;
  const { minRttMs } = snd.rtt;
  const most = minRttMs < 0 ? sendBuffer : Math.min(sendBuffer, mostInFlight(minRttMs));
  return Math.min(most, Math.max(snd.congestion.cwnd, snd.flightSize) + SLACK);
}

/** Where there is room again below a mark: 64 KiB of it, or half of a smaller one. */
const drainMark = (limit: number): number => Math.max(limit / 2, limit - LARGEST_DRAIN);

/** Whether `write` may go on: the mark is not reached, nor that of text which has never been sent. */
export const mayWriteOn = (settings: TcpSettings, snd: Sender, limit: number): boolean =>
  snd.queue.span < limit &&
  (settings.notSentLowWater === Number.POSITIVE_INFINITY ||
    snd.unsentBytes < settings.notSentLowWater);

/** Whether there is so much room again that whoever waits for it is told. */
export const hasDrained = (settings: TcpSettings, snd: Sender, limit: number): boolean =>
  snd.queue.span <= drainMark(limit) && snd.unsentBytes <= settings.notSentLowWater / 2;
