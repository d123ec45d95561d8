/**
 * The access log of the command: lines of `@netlayers/middleware`, with the status in the colours of the
 * terminal.
 */

import type { Colors } from '@netlayers/common';
import { AccessLog, type LogFormat } from '@netlayers/middleware';

export { LOG_FORMATS, type LogFormat } from '@netlayers/middleware';

/** The peer left before there was a response. */
const CLIENT_CLOSED = 499;

function painted(status: number, text: string, colors: Colors): string {
  if (status === CLIENT_CLOSED) return colors.dim(text);
  if (status >= 500) return colors.red(text);
  if (status >= 400) return colors.yellow(text);
  return status >= 300 ? colors.cyan(text) : colors.green(text);
}

/** Makes what writes lines of a format. @param wallTime milliseconds since 1970. */
export const accessLog = (
  format: LogFormat,
  colors: Colors,
  wallTime: () => number = Date.now,
): AccessLog =>
  new AccessLog({ format, wallTime, paint: (status, text) => painted(status, text, colors) });
