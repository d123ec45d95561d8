import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { AccessLog, type RequestFacts } from '../src/access-log.js';

const plain = pc.createColors(false);
const RECORD = {
  method: 'GET',
  target: '/a',
  status: 200,
  bytes: 5,
  durationMs: 1.23456,
  remoteAddress: '10.0.0.3',
  remotePort: 4711,
};
const FACTS: RequestFacts = { version: '1.0', referer: null, userAgent: null };
/** A moment, in whatever zone the test runs. */
const NOW = new Date(2026, 10, 9, 7, 5, 3).getTime();

const common = (record: Partial<typeof RECORD>, facts: RequestFacts | null = FACTS): string =>
  new AccessLog('common', plain, () => NOW).line({ ...RECORD, ...record }, facts);

describe('the common log format', () => {
  it('is what log analysers expect', () => {
    const zone = /[+-]\d{4}/.exec(new Date(NOW).toString())?.[0];
    expect(common({})).toBe(`10.0.0.3 - - [09/Nov/2026:07:05:03 ${zone}] "GET /a HTTP/1.0" 200 5`);
  });

  it('has a dash for what there is not, and a number for a peer that left', () => {
    expect(common({ bytes: 0, status: 304 })).toMatch(/" 304 -$/);
    expect(common({ method: '', target: '', status: 400 }, null)).toMatch(/\] "-" 400 5$/);
    expect(common({ status: 0 })).toMatch(/" 499 5$/);
  });

  it("ends neither quotes nor line at the peer's word", () => {
    expect(common({ target: '/"\\\x1b[2Jé' })).toContain(
      '"GET /\\x22\\x5c\\x1b[2J\\xc3\\xa9 HTTP/1.0"',
    );
  });

  it('has the time of each line', () => {
    let now = NOW;
    const log = new AccessLog('common', plain, () => now);
    expect(log.line(RECORD, FACTS)).toContain(':07:05:03 ');
    now += 999;
    expect(log.line(RECORD, FACTS)).toContain(':07:05:03 ');
    now += 1;
    expect(log.line(RECORD, FACTS)).toContain(':07:05:04 ');
  });
});

describe('the other formats', () => {
  it('add who referred and who asked', () => {
    const facts = { version: '1.1', referer: 'http://b/', userAgent: 'curl/8' };
    const log = new AccessLog('combined', plain, () => NOW);
    expect(log.line(RECORD, facts)).toMatch(/ 200 5 "http:\/\/b\/" "curl\/8"$/);
    expect(log.line(RECORD, null)).toMatch(/ 200 5 "-" "-"$/);
  });

  it('are one JSON text a line', () => {
    const log = new AccessLog('json', plain, () => NOW);
    const line = log.line({ ...RECORD, target: '/\n' }, FACTS);
    expect(line).not.toContain('\n');
    const time = new Date(NOW).toISOString();
    expect(JSON.parse(line)).toEqual({
      time,
      ...RECORD,
      ...FACTS,
      target: '/\n',
      durationMs: 1.235,
    });
  });
});
