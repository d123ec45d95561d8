import { Headers, type RequestHead, Response, type ServerExchange } from '@netlayers/http';
import type { ExchangeServer, ServerProtocol } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { Harness, head, settle } from '../support/harness.js';

const HEAD: RequestHead = {
  method: 'GET',
  target: '/',
  version: '1.1',
  headers: new Headers({ host: 'server' }),
  bodyLength: 0,
  keepAlive: true,
  expectsContinue: false,
  wantsSwitch: false,
};

/** A protocol of one exchange, whose request is made up. */
class Toy implements ServerProtocol {
  readonly alpn = 'toy';
  readonly sent: string[] = [];
  served: ExchangeServer | null = null;
  cutWithin = 0;

  accept: ServerProtocol['accept'] = (stream, host) => {
    const exchange = {
      ...{ localAddress: '', localPort: 1, remoteAddress: 'peer', remotePort: 2, secure: true },
      largestPiece: 65_536,
      ...{ canRespond: true, awaitsContinue: false },
      sendInterim() {},
      sendContinue() {},
      sendResponse: (response: Response) => {
        this.sent.push(`${response.status} ${response.content}`);
        return 'complete' as const;
      },
      ...{ sendBody: () => true, endBody() {}, pauseBody() {}, resumeBody() {} },
      ...{ closeAfterResponse() {}, reset() {} },
      takeStream: () => {
        throw new Error('no stream');
      },
    } satisfies ServerExchange;
    const connection = {
      handleTick: () => {},
      closeWithin: (graceMs: number) => {
        this.cutWithin = graceMs;
        stream.abort();
      },
      reset: () => stream.abort(),
    };
    const served = host.serve(exchange);
    this.served = served;
    stream.setHandler({
      handleData: () => served.handleRequest(HEAD),
      handleEnd: () => {},
      handleDrain: () => {},
      handleClose: (error) => {
        served.handleReset(error);
        host.forget(connection);
      },
    });
    return connection;
  };
}

describe('a protocol beside HTTP/1.1', () => {
  it('is spoken where TLS has agreed on it, and its exchanges are answered alike', async () => {
    const toy = new Toy();
    const harness = await Harness.start(
      (server) =>
        server.speak(toy).route('GET', '/', ({ secure }) => Response.text(`secure ${secure}`)),
      {},
      { secure: true, alpn: 'toy' },
    );
    const client = await harness.connect();
    await client.send('anything');
    expect(toy.sent).toEqual(['200 secure true']);
    expect(harness.server.counters()).toMatchObject({ connections: 1, requests: 1 });
    const closing = harness.server.close({ graceMs: 1234 });
    await settle();
    await closing;
    expect(toy.cutWithin).toBe(1234);
    expect(() => harness.server.speak(new Toy())).toThrow('This server speaks toy already');
  });

  it('is not spoken elsewhere', async () => {
    const harness = await Harness.start((server) =>
      server.speak(new Toy()).route('GET', '/', () => Response.text('1.1')),
    );
    expect((await harness.fetch(head('GET /'))).body).toBe('1.1');
  });
});

describe('the page of an error', () => {
  it('is what the program makes of it, with what the answer needs', async () => {
    const harness = await Harness.start((server) =>
      server
        .errorPage(({ status, detail, request }) =>
          Response.html(`<h1>${status} ${detail}${request?.path ?? ''}</h1>`),
        )
        .route('GET', '/', () => Response.text('no', 404)),
    );
    const client = await harness.connect();
    expect(await client.fetch(head('GET /none'))).toMatchObject({
      status: 404,
      body: '<h1>404 /none</h1>',
    });
    const refused = await client.fetch(head('POST /', 'Content-Length: 0'));
    expect(refused.head).toMatch(/^Allow: GET, HEAD, OPTIONS$/m);
    expect(refused.head).toMatch(/^Content-Type: text\/html/m);
    // What a handler answers is its own.
    expect((await client.fetch(head('GET /'))).body).toBe('no');
    expect(await client.fetch('rubbish\r\n\r\n')).toMatchObject({ status: 400 });
  });

  it('has the policy that middleware gave the answer, and content fields of its own', async () => {
    const harness = await Harness.start((server) =>
      server
        .use(async (_request, next) =>
          (await next())
            .header('Content-Security-Policy', "default-src 'self'")
            .header('Content-Language', 'en'),
        )
        .errorPage(() => Response.html('<h1>nein</h1>')),
    );
    const { head: fields } = await harness.fetch(head('GET /'));
    expect(fields).toMatch(/^Content-Security-Policy: default-src 'self'$/m);
    expect(fields).toMatch(/^Content-Type: text\/html/m);
    expect(fields).not.toMatch(/^Content-Language/m);
  });

  it('is one line of text where it cannot be made', async () => {
    const harness = await Harness.start((server) =>
      server.errorPage(() => {
        throw new Error('no page');
      }),
    );
    expect(await harness.fetch(head('GET /'))).toMatchObject({
      status: 404,
      body: '404 Not Found\n',
    });
    expect(harness.errors).toHaveLength(1);
  });
});
