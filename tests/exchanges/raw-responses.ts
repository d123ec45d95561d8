/**
 * The plainest reader of responses there is: it takes apart what has come, and knows how many methods
 * were asked with. Not our parser: that is what is being tested.
 */

/** One response as it stands in the bytes. */
export interface RawResponse {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Reads as many whole responses as there are; the rest is what does not make another one. */
export function readResponses(
  text: string,
  methods: readonly string[],
  isOver: boolean,
): { responses: RawResponse[]; rest: string } {
  const responses: RawResponse[] = [];
  let rest = text;
  let finals = 0;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return { responses, rest };
    const head = rest.slice(0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? Number.NaN);
    const body = bodyOf(head, status, methods[finals] ?? 'GET', rest.slice(end + 4), isOver);
    if (body === null) return { responses, rest };
    responses.push({ status, head, body: body.content });
    rest = body.rest;
    if (status >= 200 || status === 101) finals++;
    if (status === 101) return { responses, rest };
  }
}

function bodyOf(
  head: string,
  status: number,
  method: string,
  rest: string,
  isOver: boolean,
): { content: string; rest: string } | null {
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') {
    return { content: '', rest };
  }
  if (/^transfer-encoding: chunked$/im.test(head)) return chunksOf(rest);
  const length = /^content-length: (\d+)$/im.exec(head);
  if (length === null) return isOver ? { content: rest, rest: '' } : null;
  const size = Number(length[1]);
  return rest.length < size ? null : { content: rest.slice(0, size), rest: rest.slice(size) };
}

function chunksOf(text: string): { content: string; rest: string } | null {
  let content = '';
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) {
      const end = text.indexOf('\r\n\r\n', line);
      return end < 0 ? null : { content, rest: text.slice(end + 4) };
    }
    if (text.length < line + 2 + size + 2) return null;
    content += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
