import { CloseCode, type Message, WebSocketError } from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it } from 'vitest';
import { octets, openPair, pass, settle } from '../support/web.js';

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'fine',
    (error) => (error as WebSocketError).code ?? error,
  );

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  await settle();
  return settled;
}

describe('messages', () => {
  it('go both ways, text and octets, of any length', async () => {
    const { client, server } = await openPair();
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
      const sent = octets(length);
      const received = server.receive();
      await client.send(sent);
      expect(Buffer.compare((await received) as Uint8Array, sent)).toBe(0);
      const back = client.receive();
      await server.send('ä'.repeat(length));
      expect(await back).toBe('ä'.repeat(length));
    }
  });

  it('end a loop when the peer closes', async () => {
    const { client, server } = await openPair();
    const seen: Message[] = [];
    const loop = (async () => {
      for await (const message of server) seen.push(message);
    })();
    await client.send('one');
    await client.send('two');
    const info = await client.close(3001, 'enough');
    await loop;
    expect(seen).toEqual(['one', 'two']);
    expect(info).toEqual({ code: 3001, reason: '', wasClean: true, error: null });
    expect(await server.closed).toEqual({
      code: 3001,
      reason: 'enough',
      wasClean: true,
      error: null,
    });
    expect([client.readyState, server.readyState]).toEqual(['closed', 'closed']);
  });

  it('that came before the end can be read behind it', async () => {
    const { client, server } = await openPair();
    await client.send('one');
    await client.close();
    await server.closed;
    expect([await server.receive(), await server.receive()]).toEqual(['one', null]);
  });

  it('are the business of a function where there is one', async () => {
    const { client, server } = await openPair();
    await client.send('early');
    await settle();
    const seen: Message[] = [];
    server.onmessage = (message) => seen.push(message);
    expect(seen).toEqual(['early']);
    await client.send('late');
    await settle();
    expect(seen).toEqual(['early', 'late']);
  });

  it('whose function throws end the connection with 1011 [RFC 6455 7.4.1]', async () => {
    const { client, server } = await openPair();
    const boom = new Error('boom');
    server.onmessage = () => {
      throw boom;
    };
    await client.send('x');
    await client.send('y');
    expect((await server.closed).error).toBe(boom);
    expect((await client.closed).code).toBe(CloseCode.InternalError);
  });

  it('of a type that is none are refused', async () => {
    const { client } = await openPair();
    await expect(client.send(5 as never)).rejects.toThrow(TypeError);
    await expect(client.send(null as never)).rejects.toThrow(TypeError);
    expect(client.readyState).toBe('open');
  });

  it('come in pieces, with others waiting behind them [RFC 6455 5.4]', async () => {
    const { client, server } = await openPair();
    let goOn = (): void => {};
    async function* pieces() {
      yield 'a';
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield new TextEncoder().encode('b');
    }
    const sent = [client.sendPieces('text', pieces()), client.send('c'), client.send('d')];
    await settle();
    expect(await isSettled(sent[1]!)).toBe(false);
    expect(await client.ping()).toBe(0);
    goOn();
    await Promise.all(sent);
    expect([await server.receive(), await server.receive(), await server.receive()]).toEqual([
      'ab',
      'c',
      'd',
    ]);
  });

  it('that are closed inside of pieces are closed in good order', async () => {
    const { client, server } = await openPair();
    let goOn = (): void => {};
    async function* pieces() {
      yield 'a';
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield 'b';
    }
    const sending = client.sendPieces('text', pieces());
    await settle();
    const closed = client.close();
    goOn();
    expect(await codeOf(sending)).toBe('not-open');
    expect(await closed).toMatchObject({ code: 1000, wasClean: true, error: null });
    await server.closed;
  });

  it('whose source fails end the connection: they cannot be taken back', async () => {
    const { client, server } = await openPair();
    const boom = new Error('boom');
    async function* pieces() {
      yield 'a';
      throw boom;
    }
    await expect(client.sendPieces('text', pieces())).rejects.toBe(boom);
    expect((await server.closed).code).toBe(1011);
  });

  it('are compressed where both ends want it [RFC 7692 5]', async () => {
    const deflate = { codec: nodeDeflate() };
    const { client, server } = await openPair({ client: { deflate }, server: { deflate } });
    expect([client.isCompressed, server.isCompressed]).toEqual([true, true]);
    for (let n = 0; n < 3; n++) {
      await client.send('ab'.repeat(5000));
      expect(await server.receive()).toBe('ab'.repeat(5000));
      await server.send('small');
      expect(await client.receive()).toBe('small');
    }
    const plain = await openPair({ client: { deflate } });
    expect([plain.client.isCompressed, plain.server.isCompressed]).toEqual([false, false]);
  });

  it('above the limit end the connection with 1009 [RFC 6455 7.4.1]', async () => {
    const { client, server } = await openPair({ server: { limits: { messageBytes: 1000 } } });
    await client.send(octets(1000));
    await client.send(octets(1001));
    expect((await client.closed).code).toBe(1009);
    expect((await server.closed).error).toMatchObject({ code: 'frame-too-large' });
    expect(((await server.receive()) as Uint8Array).length).toBe(1000);
    expect(await codeOf(server.receive())).toBe('frame-too-large');
  });
});

describe('backpressure', () => {
  it('holds back a sender whose peer does not read, and lets it go on', async () => {
    const { client, server } = await openPair({ server: { queueBytes: 100_000 } });
    let sent = 0;
    const sending = (async () => {
      for (; sent < 100; sent++) await client.send(octets(10_000));
    })();
    await settle();
    const before = sent;
    // What is queued, what lies in the stream, and the message that found no room.
    expect(before).toBeGreaterThan(10);
    expect(before).toBeLessThan(30);
    expect(client.bufferedAmount).toBeGreaterThan(60_000);
    await settle();
    expect(sent).toBe(before);
    for (let n = 0; n < 100; n++) {
      expect(((await server.receive()) as Uint8Array).length).toBe(10_000);
    }
    await sending;
    await settle();
    expect(client.bufferedAmount).toBe(0);
  });

  it('counts empty messages too', async () => {
    const { client, server } = await openPair({
      server: { queueBytes: 6400 },
      transport: { highWaterMark: 1000 },
    });
    let sent = 0;
    const sending = (async () => {
      for (; sent < 5000; sent++) await client.send('');
    })();
    await settle();
    expect(sent).toBeLessThan(700);
    for (let n = 0; n < 5000; n++) expect(await server.receive()).toBe('');
    await sending;
  });

  it('does not keep the peer from closing when we do', async () => {
    const { client, server } = await openPair({ server: { queueBytes: 1000 } });
    for (let n = 0; n < 20; n++) void client.send(octets(10_000));
    await settle();
    const info = await server.close(1001);
    expect([info.wasClean, info.code]).toEqual([true, 1001]);
    expect((await client.closed).code).toBe(1001);
  });

  it('does not wait for ever for a peer that talks and does not listen', async () => {
    const { client, clock, stream } = await openPair({ client: { sendTimeoutMs: 5000 } });
    stream.setHandler({ handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} });
    stream.pause();
    const waiting = client.send(octets(100_000));
    for (let n = 0; n < 4; n++) {
      await pass(clock, 1000);
      stream.write(Uint8Array.of(0x8a, 0));
    }
    expect(await isSettled(waiting)).toBe(false);
    await pass(clock, 1000);
    expect(await codeOf(waiting)).toBe('not-open');
    expect((await client.closed).error).toMatchObject({ code: 'timeout' });
  });

  it('waits for a slow peer', async () => {
    const { client, clock, stream } = await openPair({ client: { sendTimeoutMs: 5000 } });
    const slow = {
      handleData: () => stream.pause(),
      handleEnd() {},
      handleDrain() {},
      handleClose() {},
    };
    stream.setHandler(slow);
    const waiting = client.send(octets(400_000));
    for (let n = 0; n < 5; n++) {
      await pass(clock, 4000);
      expect(client.readyState).toBe('open');
      stream.write(Uint8Array.of(0x8a, 0));
      stream.resume();
    }
    void waiting;
  });

  it('fails a sender that waits when the connection ends', async () => {
    const { client, server, stream } = await openPair();
    stream.pause();
    void client.send(octets(1_000_000));
    const waiting = client.send('x');
    expect(await isSettled(waiting)).toBe(false);
    server.abort();
    expect(await codeOf(waiting)).toBe('not-open');
    expect(await codeOf(client.send('y'))).toBe('not-open');
    expect(await codeOf(client.ping())).toBe('not-open');
  });
});

describe('the end', () => {
  it('without a Close frame is an error for readers, and for closed [RFC 6455 7.1.5]', async () => {
    const { client, server } = await openPair();
    const reading = client.receive();
    server.abort();
    expect(await codeOf(reading)).toBe('ECONNRESET');
    const info = await client.closed;
    expect([info.code, info.wasClean, (info.error as { code: string }).code]).toEqual([
      1006,
      false,
      'ECONNRESET',
    ]);
    expect((await server.closed).error).toMatchObject({ code: 'not-open' });
  });

  it('of the stream alone is told apart from a Close frame [RFC 6455 7.1.5]', async () => {
    const { client, server, stream } = await openPair();
    stream.end();
    expect((await client.closed).error).toMatchObject({ code: 'no-close' });
    await server.closed;
  });

  it('comes when both close at once [RFC 6455 7.1.1]', async () => {
    const { client, server } = await openPair();
    const infos = await Promise.all([client.close(3000), server.close(3001)]);
    expect(infos.map(({ code, wasClean }) => [code, wasClean])).toEqual([
      [3001, true],
      [3000, true],
    ]);
  });

  it('refuses codes that are none', async () => {
    const { client } = await openPair();
    expect(() => client.close(1006)).toThrow(WebSocketError);
    expect(() => client.close(1000, 'x'.repeat(124))).toThrow(WebSocketError);
    expect(client.readyState).toBe('open');
  });

  it('is a reset when the peer does not answer a Close frame in time [RFC 6455 7.1.1]', async () => {
    const { client, clock, stream } = await openPair({ client: { closeTimeoutMs: 5000 } });
    stream.setHandler({ handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} });
    const closed = client.close();
    // That the Close frame was taken has begun the time anew.
    await pass(clock, 9000);
    expect(await isSettled(closed)).toBe(false);
    await pass(clock, 1000);
    expect(await isSettled(closed)).toBe(true);
    expect(await closed).toMatchObject({ code: 1006, wasClean: false, error: { code: 'timeout' } });
  });

  it('waits longer while the peer still takes what was sent', async () => {
    const { client, clock, stream } = await openPair({ client: { closeTimeoutMs: 5000 } });
    stream.pause();
    for (let n = 0; n < 5; n++) void client.send(octets(50_000));
    const closed = client.close();
    const handler = {
      handleData: () => stream.pause(),
      handleEnd() {},
      handleDrain() {},
      handleClose() {},
    };
    stream.setHandler(handler);
    for (let n = 0; n < 4; n++) {
      stream.resume();
      await pass(clock, 4000);
      expect(await isSettled(closed)).toBe(false);
    }
    await pass(clock, 10_000);
    expect((await closed).error).toMatchObject({ code: 'timeout' });
  });

  it('comes with a signal', async () => {
    const controller = new AbortController();
    const { client, server } = await openPair({ client: { signal: controller.signal } });
    const why = new Error('why');
    controller.abort(why);
    expect((await client.closed).error).toBe(why);
    expect((await server.closed).wasClean).toBe(false);
  });
});
