import { Client } from '@netlayers/client';
import { fillPattern, ManualClock, RecordingPeer, type Stream } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { memory, ok, rawServer, settle } from '../support/raw-server.js';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n';

const bodyOf = (received: string): string => received.slice(received.indexOf('\r\n\r\n') + 4);

/** An endless source that says what was asked of it. */
function endless(): { source: AsyncGenerator<Uint8Array>; asked: number; released: boolean } {
  const state = { asked: 0, released: false };
  async function* generate(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        state.asked++;
        yield new Uint8Array(10_000);
        await settle();
      }
    } finally {
      state.released = true;
    }
  }
  return Object.assign(state, { source: generate() });
}

describe('an upload', () => {
  it('asks its source for no more than the server takes', async () => {
    const transport = memory();
    const accepted: Stream[] = [];
    await transport.listen({ port: 80 }, (stream) => {
      new RecordingPeer(stream).attach();
      stream.pause();
      accepted.push(stream);
    });
    let asked = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked++;
        // Memory has no pace of its own.
        if (asked % 20 === 0) await settle();
        yield new Uint8Array(10_000);
      }
    }
    const controller = new AbortController();
    const client = new Client({ transport });
    const { signal } = controller;
    const request = client.post('http://a.test/', source(), { signal });
    await settle();
    expect(asked).toBeLessThanOrEqual(8);
    accepted[0]?.resume();
    await settle();
    expect(asked).toBeGreaterThan(8);
    controller.abort(new Error('enough'));
    await expect(request).rejects.toThrow('enough');
  });

  it('of much in memory has a length and goes in pieces', async () => {
    const transport = memory();
    const size = 3_000_000;
    const bytes = new Uint8Array(size);
    fillPattern(bytes, 0);
    let head = '';
    let peer: RecordingPeer | null = null;
    await transport.listen({ port: 80 }, (stream) => {
      // What follows the head is the pattern from its start.
      stream.setHandler({
        handleData: (buf, start, end) => {
          head =
            String.fromCharCode(...buf.subarray(start, Math.min(end, start + 300))).split(
              '\r\n\r\n',
            )[0] ?? '';
          const reactions = {
            data: () => {
              if (peer?.received === size) {
                stream.write(new TextEncoder().encode(ok('got it')));
              }
            },
          };
          peer = new RecordingPeer(stream, reactions);
          stream.setHandler(peer);
          const content = start + head.length + 4;
          if (end > content) peer.handleData(buf, content, end);
        },
        handleEnd: () => {},
        handleDrain: () => {},
        handleClose: () => {},
      });
    });
    const client = new Client({ transport });
    const response = await client.put('http://a.test/', bytes);
    expect(await response.text()).toBe('got it');
    expect(head).toContain(`Content-Length: ${size}`);
    expect((peer as RecordingPeer | null)?.firstDifference).toBe(-1);
    expect(client.connections).toBe(1);
  });

  it('goes on beside the response where that is a success', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      if (connection.heads.length === 1 && !connection.received.includes('\r\nping')) {
        connection.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      }
      if (connection.received.includes('\r\nping') && !connection.received.includes('end')) {
        connection.send('4\r\npong\r\n');
      }
      if (connection.received.endsWith('0\r\n\r\n')) connection.send('0\r\n\r\n');
    });
    let answer: () => void = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      await settle();
      yield new TextEncoder().encode('ping');
      await answered;
      yield new TextEncoder().encode('end');
    }
    const client = new Client({ transport });
    const response = await client.post('http://a.test/', source());
    let text = '';
    for await (const chunk of response) {
      text += new TextDecoder().decode(chunk);
      answer();
    }
    expect(text).toBe('pong');
    expect(bodyOf(connections[0]?.received ?? '')).toBe('4\r\nping\r\n3\r\nend\r\n0\r\n\r\n');
    expect(client.connections).toBe(1);
  });

  it('goes on when the whole of a success comes early, and the connection is kept', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      if (connection.heads.length === 1 && !connection.received.includes('late')) {
        connection.send(ok('early'));
      }
    });
    let goOn: () => void = () => {};
    async function* source(): AsyncGenerator<Uint8Array> {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield new TextEncoder().encode('late');
    }
    const client = new Client({ transport });
    const response = await client.post('http://a.test/', source());
    expect(await response.text()).toBe('early');
    goOn();
    await settle();
    expect(bodyOf(connections[0]?.received ?? '')).toBe('4\r\nlate\r\n0\r\n\r\n');
    expect(client.connections).toBe(1);
  });

  it('stops at a refusal, and lets its source go', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      if (connection.received.length < 20_000) connection.send(TOO_LARGE);
    });
    const state = endless();
    const client = new Client({ transport });
    const response = await client.post('http://a.test/', state.source);
    expect(response.status).toBe(413);
    expect(await response.text()).toBe('');
    await settle();
    await settle();
    expect(state.released).toBe(true);
    expect(connections[0]?.closed).toBe(true);
    expect(client.connections).toBe(0);
  });

  it('lets its source go when the server resets', async () => {
    const transport = memory();
    await rawServer(transport, (connection) => connection.stream.abort());
    const state = endless();
    const client = new Client({ transport });
    const request = client.post('http://a.test/', state.source);
    await expect(request).rejects.toMatchObject({ code: 'ECONNRESET' });
    await settle();
    await settle();
    expect(state.released).toBe(true);
  });
});

describe('Expect: 100-continue', () => {
  it('sends the content when it is asked for', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      if (connection.received.endsWith('data')) connection.send(ok('thanks'));
    });
    const client = new Client({ transport, clock: new ManualClock() });
    const request = client.post('http://a.test/', 'data', { expectContinue: true });
    await settle();
    expect(connections[0]?.received).toContain('Expect: 100-continue\r\n');
    expect(connections[0]?.received).toContain('Content-Length: 4\r\n');
    expect(bodyOf(connections[0]?.received ?? '')).toBe('');
    connections[0]?.send(CONTINUE);
    expect(await (await request).text()).toBe('thanks');
    expect(client.connections).toBe(1);
  });

  it('sends it unasked after a while', async () => {
    const transport = memory();
    const clock = new ManualClock();
    const connections = await rawServer(transport, (connection) => {
      if (connection.received.endsWith('data')) connection.send(ok('thanks'));
    });
    const client = new Client({ transport, clock });
    const request = client.post('http://a.test/', 'data', { expectContinue: 300 });
    await settle();
    clock.advance(299);
    await settle();
    expect(bodyOf(connections[0]?.received ?? '')).toBe('');
    clock.advance(1);
    expect(await (await request).text()).toBe('thanks');
  });

  it('keeps it back after a refusal', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => connection.send(TOO_LARGE));
    const state = endless();
    const client = new Client({ transport, clock: new ManualClock() });
    const options = { expectContinue: true };
    const response = await client.post('http://a.test/', state.source, options);
    expect(response.status).toBe(413);
    await response.discard();
    await settle();
    expect(state.asked).toBe(0);
    expect(bodyOf(connections[0]?.received ?? '')).toBe('');
    expect(client.connections).toBe(0);
  });

  it('is left out when the server knows no expectations', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection, index) => {
      if (index === 0)
        connection.send('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n');
      else if (connection.received.endsWith('0\r\n\r\n')) connection.send(ok('thanks'));
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('data');
    }
    const client = new Client({ transport, clock: new ManualClock() });
    const response = await client.post('http://a.test/', source(), { expectContinue: true });
    expect(await response.text()).toBe('thanks');
    expect(connections[1]?.received).not.toContain('Expect');
    expect(bodyOf(connections[1]?.received ?? '')).toBe('4\r\ndata\r\n0\r\n\r\n');
  });

  it('is not said without content', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => connection.send(ok('')));
    await new Client({ transport }).get('http://a.test/', { expectContinue: true });
    expect(connections[0]?.received).not.toContain('Expect');
  });
});
