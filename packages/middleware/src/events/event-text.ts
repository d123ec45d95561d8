/**
 * Events as they stand in a stream of them (HTML Standard, 9.2.5): a line per field, data a line per
 * line of theirs, an empty line behind each event.
 */

/** One event. */
export interface ServerSentEvent {
  /** What the client calls last-event-id from here on, and sends when it comes back. */
  readonly id?: string;
  /** The type that listeners are registered for. @default 'message' */
  readonly event?: string;
  /** Text; anything else is sent as JSON. */
  readonly data?: unknown;
  /** How long the client waits before it comes back, milliseconds. */
  readonly retry?: number;
}

const LINE_END = /\r\n|\r|\n/;

function oneLine(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new TypeError(`the ${name} of an event is one line`);
  return `${name}: ${value}\n`;
}

/**
 * Writes an event.
 *
 * @throws TypeError for an id or a type of several lines, RangeError for a retry that is no number.
 */
export function eventText({ id, event, data, retry }: ServerSentEvent): string {
  let text = '';
  if (event !== undefined) text += oneLine('event', event);
  if (id !== undefined) text += oneLine('id', id);
  if (retry !== undefined) {
    if (!Number.isInteger(retry) || retry < 0) throw new RangeError('retry is milliseconds');
    text += `retry: ${retry}\n`;
  }
  if (data !== undefined) {
    const given = typeof data === 'string' ? data : JSON.stringify(data);
    for (const line of given.split(LINE_END)) text += `data: ${line}\n`;
  }
  return `${text}\n`;
}

/** Writes what clients skip. */
export function commentText(comment: string): string {
  const lines = comment.split(LINE_END).map((line) => (line === '' ? ':\n' : `: ${line}\n`));
  return `${lines.join('')}\n`;
}
