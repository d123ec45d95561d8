import { Response } from '@netlayers/http';
import { type MultipartLimits, multipart } from '@netlayers/middleware/node';
import type { ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { serve, settle } from '../support/serve.js';

const BOUNDARY = 'xYzZY';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

const field = (name: string, value: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const file = (name: string, filename: string, content: string, type = 'text/plain'): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n` +
  `Content-Type: ${type}\r\n\r\n${content}\r\n`;

const END = `--${BOUNDARY}--\r\n`;

/** What a handler sees: each part with its content. */
async function parts(request: ServerRequest, limits: MultipartLimits): Promise<Response> {
  const seen: unknown[] = [];
  for await (const part of multipart(request, limits)) {
    const text = part.name === 'skip' ? null : await part.text();
    seen.push([part.name, part.filename, part.type, text]);
  }
  return Response.json(seen);
}

const site = (limits: MultipartLimits = {}) =>
  serve((server) => server.route('POST', '/', (request) => parts(request, limits)));

/** The answer to a form, which comes as a whole and in pieces of three bytes. */
async function ask(body: string, limits: MultipartLimits = {}, type = TYPE) {
  const bytes = Buffer.from(body);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 3) }, (_, at) =>
    bytes.subarray(at * 3, at * 3 + 3),
  );
  const there = await site(limits);
  const fields = { 'Content-Type': type };
  const whole = await there.ask('POST', '/', { fields, body: bytes });
  const cut = await there.ask('POST', '/', { fields, body: pieces });
  expect([cut.status, cut.text]).toEqual([whole.status, whole.text]);
  expect(there.errors).toEqual([]);
  return whole.status === 200 ? JSON.parse(whole.text) : whole.status;
}

describe('a form in parts', () => {
  it('is read part by part, fields and files [RFC 7578 4.2]', async () => {
    const form = field('a', 'é') + file('f', '../x/y.txt', 'content\r\n--x', 'text/csv') + END;
    expect(await ask(form)).toEqual([
      ['a', null, 'text/plain', 'é'],
      ['f', 'y.txt', 'text/csv', 'content\r\n--x'],
    ]);
  });

  it('may have parts that nobody reads', async () => {
    const form =
      file('skip', 's', 'x'.repeat(500)) + field('a', '1') + file('skip', 't', 'y') + END;
    expect(await ask(form)).toEqual([
      ['skip', 's', 'text/plain', null],
      ['a', null, 'text/plain', '1'],
      ['skip', 't', 'text/plain', null],
    ]);
  });

  it('is what a platform makes of FormData', async () => {
    const form = new FormData();
    form.set('a', '1');
    form.set('f', new File(['0123456789'.repeat(30_000)], 'ten.bin'));
    const made = new globalThis.Response(form);
    const body = new Uint8Array(await made.arrayBuffer());
    const fields = { 'Content-Type': made.headers.get('content-type')! };
    const { text } = await (await site()).ask('POST', '/', { fields, body });
    expect(JSON.parse(text).map((part: string[]) => part[3]!.length)).toEqual([1, 300_000]);
  });

  const bad: [why: string, body: string, limits: MultipartLimits, status: number][] = [
    ['many fields', field('a', '1') + field('b', '2') + END, { maxFields: 1 }, 413],
    ['a long field', field('a', 'xxxx') + END, { maxFieldBytes: 3 }, 413],
    ['a long name', field('abcd', '1') + END, { maxNameBytes: 3 }, 413],
    ['many files', file('a', 'a', '1') + file('b', 'b', '2') + END, { maxFiles: 1 }, 413],
    ['a long file', file('a', 'a', 'xxxx') + END, { maxFileBytes: 3 }, 413],
    ['no end', field('a', '1'), {}, 400],
    ['no end of a file', file('a', 'a', 'xxxx').slice(0, -3), {}, 400],
    ['no beginning', 'x'.repeat(100), {}, 400],
  ];
  it.each(bad)('with %s is refused', async (_why, body, limits, status) => {
    expect(await ask(body, limits)).toBe(status);
  });

  it('is 415 when it is none, or has no boundary [RFC 7578 4.1]', async () => {
    expect(await ask(END, {}, 'text/plain')).toBe(415);
    expect(await ask(END, {}, 'multipart/form-data; x=y')).toBe(415);
    expect(await ask(END, {}, 'multipart/mixed; boundary=a')).toBe(415);
  });
});

describe('a file', () => {
  const upload = (there: Awaited<ReturnType<typeof serve>>, bytes: number) => {
    const body = Buffer.from(file('f', 'f', 'x'.repeat(bytes)) + END);
    const head = `POST / HTTP/1.1\r\nHost: s\r\nContent-Type: ${TYPE}\r\nContent-Length: ${body.length}\r\n\r\n`;
    return there.connect().then((wire) => {
      wire.stream.write(Buffer.concat([Buffer.from(head), body]));
      return wire;
    });
  };

  it('that nobody reads holds its client up', async () => {
    let proceed: () => void = () => {};
    const wait = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const there = await serve((server) =>
      server.route('POST', '/', async (request) => {
        let length = 0;
        for await (const part of multipart(request)) {
          await wait;
          for await (const piece of part) length += piece.length;
        }
        return Response.text(String(length));
      }),
    );
    const wire = await upload(there, 8 * 1024 * 1024);
    for (let turn = 0; turn < 50; turn++) await settle();
    expect(wire.stream.unacknowledged).toBeGreaterThan(7 * 1024 * 1024);
    proceed();
    expect((await wire.answer()).text).toBe(String(8 * 1024 * 1024));
  });

  it('is not read ahead of: parts that nobody has asked for stay with the client', async () => {
    let proceed: () => void = () => {};
    const wait = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const there = await serve((server) =>
      server.route('POST', '/', async (request) => {
        let count = 0;
        for await (const _part of multipart(request, { maxFields: 1_000_000 })) {
          if (count++ === 0) await wait;
        }
        return Response.text(String(count));
      }),
    );
    const wire = await there.connect();
    const count = 20_000;
    const body = field('a', 'x'.repeat(100)).repeat(count) + END;
    wire.ask('POST', '/', { fields: { 'Content-Type': TYPE }, body });
    for (let turn = 0; turn < 50; turn++) await settle();
    expect(wire.stream.unacknowledged).toBeGreaterThan(body.length - 1_000_000);
    proceed();
    expect((await wire.answer()).text).toBe(String(count));
  });

  it('whose client leaves fails its reader, and nothing else', async () => {
    const failures: unknown[] = [];
    const there = await serve((server) =>
      server.route('POST', '/', async (request) => {
        for await (const part of multipart(request)) {
          await part.bytes().catch((error: unknown) => failures.push(error));
        }
        return new Response(204);
      }),
    );
    const wire = await there.connect();
    const begun = file('f', 'f', 'xxxx').slice(0, -4);
    wire.stream.write(
      Buffer.from(
        `POST / HTTP/1.1\r\nHost: s\r\nContent-Type: ${TYPE}\r\nContent-Length: 999\r\n\r\n${begun}`,
      ),
    );
    await settle();
    wire.stream.abort();
    while (failures.length === 0) await settle();
    await settle();
    expect(failures.length).toBe(1);
    expect(there.errors).toEqual([]);
  });

  it('that a handler breaks off at is read no further', async () => {
    const there = await serve((server) =>
      server.route('POST', '/', async (request) => {
        for await (const part of multipart(request)) return Response.text(part.name);
        return new Response(204);
      }),
    );
    const wire = await upload(there, 1000);
    expect((await wire.answer()).text).toBe('f');
    wire.ask('POST', '/', { fields: { 'Content-Type': TYPE }, body: END });
    expect((await wire.answer()).status).toBe(204);
  });
});
