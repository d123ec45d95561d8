import { Client, type ClientRequest, ClientResponse, Multipart } from '@netlayers/client';
import { describe, expect, it } from 'vitest';
import { memory, ok, type RawConnection, rawServer, settle } from '../support/raw-server.js';

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

/** A client whose server takes everything and answers when the form is whole. */
async function clientOf(...answers: string[]) {
  const transport = memory();
  const sent = new Map<RawConnection, number>();
  const connections = await rawServer(transport, (connection) => {
    const whole = connection.received.split('--B--\r\n').length - 1;
    for (let n = sent.get(connection) ?? 0; n < whole; n++) {
      sent.set(connection, n + 1);
      const answer = answers.shift();
      if (answer !== undefined) connection.send(answer);
    }
  });
  return { client: new Client({ transport }), connections };
}

const form = (): Multipart => new Multipart('B').append('a"b\r\n', 'täxt');

describe('a form as a stream', () => {
  it('is written part after part, and has a length when all have [RFC 7578 4.2, 4.4]', async () => {
    const { client, connections } = await clientOf(ok(''));
    const body = form().append('f', pieces('1', '23'), { filename: 'ü.txt', length: 3 });
    await client.post('http://a.test/', body.append('g', new Uint8Array(0), { type: 'x/y' }));
    const [head = '', ...rest] = (connections[0]?.received ?? '').split('\r\n\r\n');
    const sent = Buffer.from(rest.join('\r\n\r\n'), 'latin1');
    expect(sent.toString()).toBe(
      [
        ...['--B', 'Content-Disposition: form-data; name="a%22b%0D%0A"', '', 'täxt'],
        ...['--B', 'Content-Disposition: form-data; name="f"; filename="ü.txt"'],
        ...['Content-Type: application/octet-stream', '', '123'],
        ...['--B', 'Content-Disposition: form-data; name="g"', 'Content-Type: x/y', '', ''],
        '--B--\r\n',
      ].join('\r\n'),
    );
    expect(head).toContain('Content-Type: multipart/form-data; boundary="B"');
    expect(head).toContain(`Content-Length: ${sent.length}`);
  });

  it('is what the platform reads', async () => {
    let asked: ClientRequest | null = null;
    const answer = (request: ClientRequest): ClientResponse => {
      asked = request;
      return ClientResponse.of({ url: request.url });
    };
    const client = new Client({ transport: memory(), interceptors: [answer] });
    const body = new Multipart()
      .append('t', 'ü')
      .append('f', pieces('1', '2'), { filename: 'n"m' });
    await client.post('http://a.test/', body);
    const { headers, body: content } = asked as unknown as ClientRequest;
    const gathered: Uint8Array[] = [];
    for await (const piece of content as AsyncIterable<Uint8Array>) gathered.push(piece);
    const init = { headers: { 'content-type': headers.get('content-type') ?? '' } };
    const read = await new Response(Buffer.concat(gathered), init).formData();
    expect(read.get('t')).toBe('ü');
    expect(await (read.get('f') as File).text()).toBe('12');
    expect((read.get('f') as File).name).toBe('n"m');
  });

  it('is sent in chunks without a length, and again when its parts can be', async () => {
    const away = 'HTTP/1.1 307 There\r\nLocation: /2\r\nContent-Length: 0\r\n\r\n';
    const { client, connections } = await clientOf(away, ok(''));
    const body = form().append('f', () => pieces('12'));
    expect((await client.post('http://a.test/', body)).status).toBe(200);
    await settle();
    const all = connections.map(({ received }) => received).join('');
    expect(all.match(/Transfer-Encoding: chunked/g)).toHaveLength(2);
    expect(all.match(/--B--/g)).toHaveLength(2);
    const once = (await clientOf(away)).client.post(
      'http://a.test/',
      form().append('f', pieces('1')),
    );
    await expect(once).rejects.toMatchObject({ code: 'body-not-repeatable' });
  });

  it.each([1, 3])('is given up when a part of two bytes was said to be of %i', async (length) => {
    const { client, connections } = await clientOf();
    const body = form().append('f', () => pieces('12'), { length });
    await expect(client.post('http://a.test/', body)).rejects.toMatchObject({
      code: 'invalid-body',
    });
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('refuses what cannot be written', () => {
    expect(() => new Multipart('a b"')).toThrow(TypeError);
    expect(() => form().append('a', '', { type: 'x\r\ny' })).toThrow(TypeError);
    expect(() => form().append('a', '', { fileName: 'x' } as never)).toThrow('is it filename?');
    expect(() => form().append('a', '', { length: 0.5 })).toThrow(TypeError);
  });
});
