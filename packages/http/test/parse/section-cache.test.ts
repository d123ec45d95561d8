import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/grammar/limits.js';
import { decodePlain } from '../../src/grammar/text-codec.js';
import type { FieldSection } from '../../src/message/field-section.js';
import type { MessageParser, ParserOptions } from '../../src/parse/message-parser.js';
import { RequestParser } from '../../src/parse/request-parser.js';
import { SectionCache } from '../../src/parse/section-cache.js';
import { SectionReader } from '../../src/parse/section-reader.js';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** What a parser makes of one head: its fields, or why it is refused. */
function read(text: string, options: ParserOptions = {}): string {
  const parser: MessageParser<{ readonly headers: Iterable<readonly [string, string]> }> =
    new RequestParser(options);
  const bytes = bytesOf(text);
  parser.read(bytes, 0, bytes.length);
  if (parser.event === 'error') return parser.error!;
  return parser.event === 'head' ? JSON.stringify([...parser.head!.headers]) : parser.event;
}

function sectionOf(text: string): FieldSection {
  const reader = new SectionReader('request', DEFAULT_LIMITS, decodePlain);
  const bytes = bytesOf(`GET / HTTP/1.1\r\n${text}`);
  reader.beginHead();
  reader.read(bytes, 0, bytes.length);
  return reader.fields!;
}

const find = (cache: SectionCache, text: string, limits = DEFAULT_LIMITS): FieldSection | null =>
  cache.find(bytesOf(text), 0, text.length, decodePlain, limits);

describe('a cache of sections', () => {
  it('keeps what comes twice, and finds it in front of whatever follows', () => {
    const cache = new SectionCache();
    const text = 'Host: a\r\nAccept: b\r\n\r\n';
    cache.note(sectionOf(text));
    expect(find(cache, text)).toBeNull();
    cache.note(sectionOf(text));
    expect(find(cache, `${text}GET / HTTP/1.1\r\n`)?.text).toBe(text);
    expect(find(cache, text.slice(0, -1))).toBeNull();
  });

  it.each([
    'Cookie: a=b',
    'AUTHORIZATION: Basic eA==',
    'Proxy-Authorization: Basic eA==',
    'Set-Cookie: a=b',
    `X: ${'x'.repeat(2048)}`,
  ])('does not keep %.20s', (line) => {
    const cache = new SectionCache();
    const text = `Host: a\r\n${line}\r\n\r\n`;
    for (let times = 0; times < 4; times++) cache.note(sectionOf(text));
    expect(find(cache, text)).toBeNull();
  });

  it('finds nothing that is over the limits of who asks', () => {
    const cache = new SectionCache();
    const text = 'Host: a\r\nAccept: b\r\n\r\n';
    for (let times = 0; times < 2; times++) cache.note(sectionOf(text));
    const { length } = text;
    expect(find(cache, text, { ...DEFAULT_LIMITS, headerSection: length })).not.toBeNull();
    expect(find(cache, text, { ...DEFAULT_LIMITS, headerSection: length - 1 })).toBeNull();
    expect(find(cache, text, { ...DEFAULT_LIMITS, fieldCount: 2 })).not.toBeNull();
    expect(find(cache, text, { ...DEFAULT_LIMITS, fieldCount: 1 })).toBeNull();
  });

  it('keeps a bounded number, and those that come often', () => {
    const cache = new SectionCache();
    const texts = Array.from({ length: 40 }, (_, at) => `Host: ${'h'.repeat(at + 1)}\r\n\r\n`);
    for (const text of texts) {
      for (let times = 0; times < 2; times++) cache.note(sectionOf(text));
      for (let times = 0; times < 8; times++) find(cache, texts[0]!);
    }
    expect(texts.filter((text) => find(cache, text) !== null).length).toBe(8);
    expect(find(cache, texts[0]!)).not.toBeNull();
  });
});

describe('a head whose fields came before', () => {
  const head = 'GET /a HTTP/1.1\r\nHost: a.example\r\nAccept: x, y\r\nAccept: z\r\n\r\n';

  it('is read as the first time, in fields of its own', () => {
    const first = read(head);
    for (let times = 0; times < 3; times++) {
      const parser = new RequestParser();
      parser.read(bytesOf(head), 0, head.length);
      const { headers } = parser.head!;
      expect(JSON.stringify([...headers])).toBe(first);
      expect(headers.get('accept')).toBe('x, y, z');
      expect(headers.get('host')).toBe('a.example');
      headers.set('Host', 'other');
      headers.delete('accept');
      expect(headers.size).toBe(1);
    }
    expect(read(head)).toBe(first);
  });

  it('is told from every other one, whichever byte differs [RFC 9112 5]', () => {
    for (let times = 0; times < 3; times++) read(head);
    for (let at = head.indexOf('Host'); at < head.length; at++) {
      for (const other of ['\0', '\t', '\n', '\r', ' ', ':', 'q', '\x7f', '\xff']) {
        if (other === head[at]) continue;
        const changed = head.slice(0, at) + other + head.slice(at + 1);
        // A cookie keeps a section out of the cache, so that this one is always scanned.
        const scanned = read(changed.replace('HTTP/1.1\r\n', 'HTTP/1.1\r\nCookie: c\r\n'));
        const expected = scanned.replace('["Cookie","c"],', '').replace('["Cookie","c"]', '');
        expect(read(changed), `${JSON.stringify(other)} at ${at}`).toBe(expected);
      }
    }
  });

  it('is refused where its version asks for more than that of the one before [RFC 9112 3.2]', () => {
    const fields = 'Accept: without-host\r\n\r\n';
    for (let times = 0; times < 3; times++) {
      expect(read(`GET / HTTP/1.0\r\n${fields}`)).toBe('[["Accept","without-host"]]');
    }
    expect(read(`GET / HTTP/1.1\r\n${fields}`)).toBe('missing-host');
  });

  it('is refused where its version makes the framing a faulty one [RFC 9112 6.1]', () => {
    const fields = 'Host: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    for (let times = 0; times < 3; times++) {
      expect(read(`POST / HTTP/1.1\r\n${fields}`)).toContain('chunked');
    }
    expect(read(`POST / HTTP/1.0\r\n${fields}`)).toBe('bad-transfer-encoding');
  });

  it('is refused by who takes fewer fields', () => {
    for (let times = 0; times < 3; times++) read(head);
    expect(read(head, { limits: { fieldCount: 2 } })).toBe('too-many-fields');
    expect(read(head, { limits: { headerSection: 30 } })).toBe('header-section-too-large');
  });
});
