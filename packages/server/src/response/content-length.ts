/**
 * How many octets of content a response in memory sends, for the access log.
 */

import { isStream, type Response } from '@netlayers/http';

/** Octets of text as UTF-8; a lone surrogate becomes U+FFFD, which has three. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) length += unit < 0x800 ? 1 : isPair(text, i) ? 1 : 2;
  }
  return length;
}

/** Whether a code unit is half of a surrogate pair: each half counts for two octets of four. */
function isPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit >= 0xd800 && unit < 0xdc00) return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
  if (unit >= 0xdc00 && unit < 0xe000) return (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return false;
}

/** The octets of the content; 0 for a stream, which is counted while it is sent. */
export function contentLength(method: string, response: Response): number {
  const { content, status } = response;
  if (content === null || method === 'HEAD' || status === 204 || status === 304) return 0;
  if (isStream(content)) return 0;
  return typeof content === 'string' ? utf8Length(content) : content.length;
}
