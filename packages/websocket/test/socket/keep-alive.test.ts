import { describe, expect, it } from 'vitest';
import { octets, openPair, pass, settle } from '../support/web.js';

describe('keep-alive', () => {
  it('asks a silent peer, and goes on when it answers [RFC 6455 5.5.2]', async () => {
    const { client, server, clock } = await openPair();
    await pass(clock, 600_000);
    expect([client.readyState, server.readyState]).toEqual(['open', 'open']);
  });

  it('resets a connection whose peer is gone', async () => {
    const { client, clock, stream } = await openPair({
      client: { keepAliveMs: 10_000, pongTimeoutMs: 5000 },
    });
    stream.setHandler({ handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} });
    // Ten seconds of silence, and twice five: that the ping was taken has been a sign of life.
    await pass(clock, 19_000);
    expect(client.readyState).toBe('open');
    await pass(clock, 1000);
    expect(client.readyState).toBe('closed');
    expect((await client.closed).error).toMatchObject({ code: 'timeout' });
  });

  it('takes octets that come for life', async () => {
    const { client, server, clock } = await openPair({
      client: { keepAliveMs: 10_000, pongTimeoutMs: 5000 },
      server: { keepAliveMs: Number.POSITIVE_INFINITY },
    });
    for (let n = 0; n < 20; n++) {
      await server.send('x');
      await client.receive();
      await pass(clock, 9000);
    }
    expect(client.readyState).toBe('open');
  });

  it('takes octets that are taken for life: a slow peer is none that is gone', async () => {
    const { client, clock, stream } = await openPair({
      client: { keepAliveMs: 10_000, pongTimeoutMs: 5000 },
      transport: { highWaterMark: 1 << 20 },
    });
    stream.setHandler({
      handleData: () => stream.pause(),
      handleEnd() {},
      handleDrain() {},
      handleClose() {},
    });
    for (let n = 0; n < 20; n++) void client.send(octets(50_000));
    for (let n = 0; n < 15; n++) {
      await pass(clock, 4000);
      stream.resume();
      await settle();
    }
    expect(client.readyState).toBe('open');
    await pass(clock, 30_000);
    expect((await client.closed).error).toMatchObject({ code: 'timeout' });
  });

  it('does not blame the peer for what we do not read', async () => {
    const { client, server, clock } = await openPair({
      server: { queueBytes: 1000, keepAliveMs: 10_000, pongTimeoutMs: 5000 },
      client: { keepAliveMs: Number.POSITIVE_INFINITY },
    });
    for (let n = 0; n < 3; n++) void client.send(octets(5000));
    await pass(clock, 300_000);
    expect(server.readyState).toBe('open');
    for (let n = 0; n < 3; n++) expect(((await server.receive()) as Uint8Array).length).toBe(5000);
  });

  it('leaves no timer behind', async () => {
    const { client, clock } = await openPair();
    await client.close();
    await settle();
    expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('measures a round trip when asked to [RFC 6455 5.5.3]', async () => {
    const { client, server, clock, stream } = await openPair();
    expect(await client.ping()).toBe(0);
    expect(await server.ping()).toBe(0);
    stream.pause();
    const times = [client.ping(), client.ping()];
    await pass(clock, 250);
    stream.resume();
    expect(await Promise.all(times)).toEqual([250, 250]);
  });
});
