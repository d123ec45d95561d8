import { HeadDefaults, Headers, Request, type RequestHead, Response } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { bytes, ConnectionPair, EventLog } from '../support/pair.js';

/** A server that sends back the content it got, with the request's trailers, when that is complete. */
class Echo extends EventLog {
  pair: ConnectionPair | null = null;
  override handleRequest(head: RequestHead): void {
    super.handleRequest(head);
    this.body = '';
    this.pair?.server.connection.sendContinue();
  }
  override handleBodyEnd(trailers: Headers | null): void {
    super.handleBodyEnd(trailers);
    const response = new Response().body(this.body);
    response.trailers = trailers;
    this.pair?.server.connection.sendResponse(response);
  }
}

function echo(): ConnectionPair {
  const log = new Echo();
  const pair = new ConnectionPair({
    server: { defaults: new HeadDefaults({ server: null }) },
    serverLog: log,
  });
  log.pair = pair;
  return pair;
}

const post = (): Request => new Request('POST', '/', { Host: 'a' });

describe('both ends back to back', () => {
  it.each([1, 2, 5, 1 << 16])('carry exchange after exchange in pieces of %d', (pieces) => {
    const pair = echo();
    const { connection, log } = pair.client;
    for (let n = 0; n < 5; n++) {
      log.body = '';
      const content = `${n}`.repeat(n * 5000);
      const request = post().body(content);
      if (n % 2 === 1) request.trailers = new Headers({ 'X-N': `${n}` });
      connection.sendRequest(request);
      pair.run(pieces);
      expect(log.body).toBe(content);
      expect(log.take().at(-1)).toBe('next');
      if (n % 2 === 1) expect(pair.server.log.events.at(-2)).toBe(`end [["X-N","${n}"]]`);
      expect([connection.clientState, connection.serverState]).toEqual(['IDLE', 'IDLE']);
      expect([pair.server.connection.clientState, pair.server.connection.serverState]).toEqual([
        'IDLE',
        'IDLE',
      ]);
    }
  });

  it('agree on 100 (Continue)', () => {
    const pair = echo();
    const { connection, log } = pair.client;
    connection.sendRequest(post().header('Expect', '100-continue').body('hello'));
    pair.run();
    expect(log.take()).toEqual(['interim 100']);
    connection.sendBody(bytes('hello'));
    connection.endBody();
    pair.run();
    expect(log.take()).toEqual(['response 200', 'body hello', 'end', 'next']);
  });

  it('agree on the last exchange', () => {
    const pair = echo();
    pair.client.connection.sendRequest(post().header('Connection', 'close').body('x'));
    pair.run();
    expect(pair.client.log.events.at(-1)).toBe('closed');
    expect(pair.server.log.events.at(-1)).toBe('closed');
    expect(pair.client.sink.ended && pair.server.sink.ended).toBe(true);
    expect([pair.client.connection.serverState, pair.server.connection.serverState]).toEqual([
      'MUST-CLOSE',
      'CLOSED',
    ]);
  });

  it('leave HTTP together', () => {
    const pair = echo();
    const { client, server } = pair;
    client.connection.sendRequest(new Request('CONNECT', 'b:1', { Host: 'b:1' }));
    server.receives(client.sink.take());
    // The echo has answered 200 already, which to a CONNECT opens the tunnel.
    client.receives(`${server.sink.take()}from the tunnel`);
    expect(server.connection.serverState).toBe('SWITCHED');
    expect(client.connection.clientState).toBe('SWITCHED');
    expect([...client.connection.takeRemaining()]).toEqual([...bytes('from the tunnel')]);
  });
});
