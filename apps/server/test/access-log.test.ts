import { colorsOf } from '@netlayers/common';
import { Headers, type RequestHead } from '@netlayers/http';
import type { AccessRecord } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { accessLog } from '../src/access-log.js';

const plain = colorsOf(false);
const headOf = (version: '1.0' | '1.1', headers = {}): RequestHead => ({
  method: 'GET',
  target: '/a',
  version,
  headers: new Headers(headers),
  bodyLength: 0,
  keepAlive: false,
  expectsContinue: false,
  wantsSwitch: false,
});
const RECORD: AccessRecord = {
  method: 'GET',
  target: '/a',
  route: '/',
  status: 200,
  bytes: 5,
  durationMs: 1.23456,
  remoteAddress: '10.0.0.3',
  remotePort: 4711,
  head: headOf('1.0'),
};
/** A moment, in whatever zone the test runs. */
const NOW = new Date(2026, 10, 9, 7, 5, 3).getTime();

const common = (record: Partial<AccessRecord>): string =>
  accessLog('common', plain, () => NOW).line({ ...RECORD, ...record });

describe('the common log format', () => {
  it('is what log analysers expect', () => {
    const zone = /[+-]\d{4}/.exec(new Date(NOW).toString())?.[0];
    expect(common({})).toBe(`10.0.0.3 - - [09/Nov/2026:07:05:03 ${zone}] "GET /a HTTP/1.0" 200 5`);
  });

  it('has a dash for what there is not, and a number for a peer that left', () => {
    expect(common({ bytes: 0, status: 304 })).toMatch(/" 304 -$/);
    expect(common({ method: '', target: '', status: 400, head: null })).toMatch(/\] "-" 400 5$/);
    expect(common({ status: 0 })).toMatch(/" 499 5$/);
  });

  it("ends neither quotes nor line at the peer's word", () => {
    expect(common({ target: '/"\\\x1b[2Jé' })).toContain(
      '"GET /\\x22\\x5c\\x1b[2J\\xc3\\xa9 HTTP/1.0"',
    );
  });

  it('has the time of each line', () => {
    let now = NOW;
    const log = accessLog('common', plain, () => now);
    expect(log.line(RECORD)).toContain(':07:05:03 ');
    now += 999;
    expect(log.line(RECORD)).toContain(':07:05:03 ');
    now += 1;
    expect(log.line(RECORD)).toContain(':07:05:04 ');
  });
});

describe('the other formats', () => {
  it('add who referred and who asked', () => {
    const head = headOf('1.1', { Referer: 'http://b/', 'User-Agent': 'curl/8' });
    const log = accessLog('combined', plain, () => NOW);
    expect(log.line({ ...RECORD, head })).toMatch(/ 200 5 "http:\/\/b\/" "curl\/8"$/);
    expect(log.line({ ...RECORD, head: null })).toMatch(/ 200 5 "-" "-"$/);
  });

  it('are one JSON text a line', () => {
    const log = accessLog('json', plain, () => NOW);
    const line = log.line({ ...RECORD, target: '/\n' });
    expect(line).not.toContain('\n');
    const time = new Date(NOW).toISOString();
    const { head: _head, route: _route, ...rest } = RECORD;
    expect(JSON.parse(line)).toEqual({
      time,
      ...rest,
      ...{ version: '1.0', referer: null, userAgent: null },
      target: '/\n',
      durationMs: 1.235,
    });
  });
});
