import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileServer, fieldOf, type RawResponse, TemporaryFolder } from '../support/harness.js';

const BIG = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));

/** The parts of a multipart content, by the letter of RFC 2046, 5.1.1. */
function partsOf(response: RawResponse): { range: string; type: string; body: string }[] {
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(
    fieldOf(response, 'content-type') ?? '',
  )?.[1];
  const text = `\r\n${response.body.toString('latin1')}`;
  const pieces = text.split(`\r\n--${boundary}`);
  expect(pieces.at(0)).toBe('');
  expect(pieces.at(-1)).toBe('--\r\n');
  return pieces.slice(1, -1).map((piece) => {
    const [, head = '', body = ''] = /^\r\n(.*?)\r\n\r\n(.*)$/s.exec(piece) ?? [];
    const [type = '', range = ''] = head.split('\r\n');
    return { range: range.slice(15), type: type.slice(14), body };
  });
}

describe('several ranges', () => {
  const folder = new TemporaryFolder();
  let server: FileServer;

  beforeAll(async () => {
    folder.write('ten.txt', '0123456789');
    folder.write('big.bin', BIG);
    folder.write('empty.txt', '');
    server = await FileServer.start({ root: folder.path });
  });

  afterAll(() => folder[Symbol.dispose]());

  const ask = (target: string, range: string, ...fields: string[]) =>
    server.fetch(target, [`Range: bytes=${range}`, ...fields]);

  it('are parts of one content [RFC 9110 14.6]', async () => {
    const response = await ask('/ten.txt', '0-1,5-7,-1');
    expect(response.status).toBe(206);
    const type = 'text/plain; charset=utf-8';
    expect(partsOf(response)).toEqual([
      { range: 'bytes 0-1/10', type, body: '01' },
      { range: 'bytes 5-7/10', type, body: '567' },
      { range: 'bytes 9-9/10', type, body: '9' },
    ]);
    expect(fieldOf(response, 'content-length')).toBe(String(response.body.length));
  });

  it('have their Content-Range in the parts alone [RFC 9110 15.3.7.2]', async () => {
    const response = await ask('/ten.txt', '0-1,5-7');
    expect(fieldOf(response, 'content-range')).toBeNull();
    expect(fieldOf(response, 'etag')).not.toBeNull();
  });

  it('come in the order they were asked for [RFC 9110 15.3.7.2]', async () => {
    const parts = partsOf(await ask('/ten.txt', '7-8,0-1,4-4'));
    expect(parts.map(({ body }) => body)).toEqual(['78', '01', '4']);
  });

  it('of which one is left are one [RFC 9110 15.3.7.2]', async () => {
    for (const range of ['2-4,100-', '2-3,3-4', '2-2,3-4', '2-4,2-4,2-4']) {
      const response = await ask('/ten.txt', range);
      expect(response.status).toBe(206);
      expect(fieldOf(response, 'content-range')).toBe('bytes 2-4/10');
      expect(response.body.toString()).toBe('234');
    }
  });

  it('of which none is left are 416 [RFC 9110 15.5.17]', async () => {
    const response = await ask('/ten.txt', '10-,-0');
    expect(response.status).toBe(416);
    expect(fieldOf(response, 'content-range')).toBe('bytes */10');
  });

  it('are streamed, each from its place', async () => {
    const parts = partsOf(await ask('/big.bin', '0-99999,290000-,150000-250000'));
    const spans: [start: number, end: number][] = [
      [0, 100_000],
      [290_000, 300_000],
      [150_000, 250_001],
    ];
    expect(parts.map(({ body }) => Buffer.from(body, 'latin1'))).toEqual(
      spans.map(([start, end]) => BIG.subarray(start, end)),
    );
  });

  it('cost no more than the file and a head for each [RFC 9110 17.15]', async () => {
    const overlapping = await ask('/big.bin', Array.from({ length: 32 }, () => '0-').join());
    expect(overlapping.body.length).toBe(BIG.length);
    const tiny = await ask(
      '/big.bin',
      Array.from({ length: 32 }, (_, i) => `${i * 2}-${i * 2}`).join(),
    );
    expect(tiny.body.length).toBeLessThan(32 * 200);
    const many = await ask(
      '/big.bin',
      Array.from({ length: 33 }, (_, i) => `${i * 2}-${i * 2}`).join(),
    );
    expect(many.status).toBe(200);
    expect(many.body.equals(BIG)).toBe(true);
  });

  it('wait for the conditions [RFC 9110 13.2.2]', async () => {
    const etag = fieldOf(await server.fetch('/ten.txt'), 'etag');
    const ranges = '0-1,5-7';
    expect((await ask('/ten.txt', ranges, `If-None-Match: ${etag}`)).status).toBe(304);
    expect((await ask('/ten.txt', ranges, 'If-Match: "x"')).status).toBe(412);
    expect((await ask('/ten.txt', '10-', `If-None-Match: ${etag}`)).status).toBe(304);
    expect((await ask('/ten.txt', ranges, `If-Range: ${etag}`)).status).toBe(206);
    expect((await ask('/ten.txt', ranges, 'If-Range: "x"')).status).toBe(200);
    expect((await ask('/ten.txt', '10-', 'If-Range: "x"')).status).toBe(200);
    expect((await ask('/ten.txt', ranges, `If-Range: W/${etag}`)).status).toBe(200);
  });

  it('of an empty file are the empty file [RFC 9110 14.2]', async () => {
    for (const range of ['0-', '-1', '0-0,5-9']) {
      const response = await ask('/empty.txt', range);
      expect(response.status).toBe(200);
      expect(response.body.length).toBe(0);
    }
  });

  it('mean nothing to HEAD [RFC 9110 14.2]', async () => {
    const response = await server.fetch('/ten.txt', ['Range: bytes=0-1,5-7'], 'HEAD');
    expect(response.status).toBe(200);
    expect(fieldOf(response, 'content-length')).toBe('10');
  });

  it('keep their boundary whatever the program says of the type', async () => {
    const own = await FileServer.start({
      root: folder.path,
      headers: (headers) => headers.set('Content-Type', 'text/x-own'),
    });
    const parts = partsOf(await own.fetch('/ten.txt', ['Range: bytes=0-1,5-7']));
    expect(parts.map(({ type, body }) => [type, body])).toEqual([
      ['text/x-own', '01'],
      ['text/x-own', '567'],
    ]);
  });

  it('can be bounded, or turned off [RFC 9110 14.3]', async () => {
    const two = await FileServer.start({ root: folder.path, maxRanges: 2 });
    expect((await two.fetch('/ten.txt', ['Range: bytes=0-0,2-2'])).status).toBe(206);
    expect((await two.fetch('/ten.txt', ['Range: bytes=0-0,2-2,4-4'])).status).toBe(200);
    const none = await FileServer.start({ root: folder.path, maxRanges: 0 });
    const response = await none.fetch('/ten.txt', ['Range: bytes=0-0']);
    expect(response.status).toBe(200);
    expect(fieldOf(response, 'accept-ranges')).toBe('none');
  });
});
