import { Headers, type RequestHead } from '@netlayers/http';
import { AccessLog, type AccessLogOptions } from '@netlayers/middleware';
import type { AccessRecord } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/serve.js';

const record: AccessRecord = {
  method: 'GET',
  target: '/a?b',
  route: '/:name',
  status: 200,
  bytes: 12,
  durationMs: 1.23456,
  remoteAddress: '192.0.2.1',
  remotePort: 4711,
  head: {
    method: 'GET',
    target: '/a?b',
    version: '1.1',
    headers: new Headers({ Referer: 'http://r/', 'User-Agent': 'curl "x"é', 'X-Id': '7' }),
  } as unknown as RequestHead,
};
const nothing: AccessRecord = { ...record, method: '', target: '', head: null };

const line = (given: AccessRecord, options: Partial<AccessLogOptions> = {}): string =>
  new AccessLog({
    format: 'common',
    wallTime: () => Date.UTC(2026, 10, 29, 20, 4, 6),
    timezoneOffset: () => 0,
    ...options,
  }).line(given);

describe('a line', () => {
  it('of the common format', () => {
    expect(line(record)).toBe(
      '192.0.2.1 - - [29/Nov/2026:20:04:06 +0000] "GET /a?b HTTP/1.1" 200 12',
    );
    expect(line({ ...record, bytes: 0, status: 0 })).toMatch(/ 499 -$/);
    expect(line({ ...nothing, status: 400 })).toMatch(/\] "-" 400 12$/);
  });

  it('says the time of the place', () => {
    expect(line(record, { timezoneOffset: () => -330 })).toContain('[30/Nov/2026:01:34:06 +0530]');
    expect(line(record, { timezoneOffset: () => 480 })).toContain('[29/Nov/2026:12:04:06 -0800]');
  });

  it('of the combined format cannot be ended or coloured by the client', () => {
    expect(line(record, { format: 'combined' })).toMatch(
      / "http:\/\/r\/" "curl \\x22x\\x22\\xc3\\xa9"$/,
    );
    expect(line({ ...record, target: '/"\\é' })).toContain('"GET /\\x22\\x5c\\xc3\\xa9 HTTP/1.1"');
    expect(line(nothing, { format: 'combined' })).toMatch(/ "-" "-"$/);
  });

  it('of JSON', () => {
    expect(JSON.parse(line(record, { format: 'json', fields: ['X-Id', 'X-No'] }))).toEqual({
      time: '2026-11-29T20:04:06.000Z',
      method: 'GET',
      target: '/a?b',
      version: '1.1',
      status: 200,
      bytes: 12,
      durationMs: 1.235,
      remoteAddress: '192.0.2.1',
      remotePort: 4711,
      referer: 'http://r/',
      userAgent: 'curl "x"é',
      'x-id': '7',
      'x-no': null,
    });
    expect(JSON.parse(line(nothing, { format: 'json' })).version).toBeNull();
  });

  it('may have its status dressed', () => {
    expect(line(record, { paint: (status, text) => `<${status}:${text}>` })).toContain(
      ' <200:200> ',
    );
  });

  it('is what a server gives', async () => {
    const lines: string[] = [];
    const log = new AccessLog({ format: 'combined', timezoneOffset: () => 0 });
    const site = await serve(() => {}, { onAccess: (given) => lines.push(log.line(given)) });
    await site.ask('GET', '/x', { fields: { 'User-Agent': 'me' } });
    const wire = await site.connect();
    wire.stream.write(Buffer.from('nonsense\r\n\r\n'));
    await wire.answer();
    expect(lines[0]).toMatch(/^127\.0\.0\.1 - - \[.*\] "GET \/x HTTP\/1\.1" 404 \d+ "-" "me"$/);
    expect(lines[1]).toMatch(/ "-" 400 \d+ "-" "-"$/);
  });
});
