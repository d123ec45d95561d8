import tls from 'node:tls';
import type { ByteStream, Transport } from '@netlayers/http';
import {
  duplexOf,
  type HandshakeFailure,
  type TlsTransport,
  type TlsTransportOptions,
  tlsSocketOf,
  tlsTransport,
} from '@netlayers/node';
import { ManualClock, MemoryTransport, selfSigned, WrittenEnd } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const HOST = 'localhost';
const ours = selfSigned();
const other = selfSigned({ host: 'other.test' });
const wild = selfSigned({ host: '*.wild.test' });

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** The end of a connection. */
class End extends WrittenEnd<ByteStream> {}

/** A server and a client of TLS over one pipe in memory, in virtual time. */
class Bench {
  readonly clock = new ManualClock();
  readonly memory = new MemoryTransport({ schedule: setImmediate });
  readonly failures: HandshakeFailure[] = [];
  readonly server: TlsTransport;
  readonly accepted: End[] = [];

  constructor(options: TlsTransportOptions = {}) {
    this.server = tlsTransport(this.memory as Transport, {
      identity: ours,
      clock: this.clock,
      onHandshakeError: (failure) => this.failures.push(failure),
      ...options,
    });
  }

  static async listen(options: TlsTransportOptions = {}): Promise<Bench> {
    const bench = new Bench(options);
    await bench.server.listen({ port: 443 }, (stream) => bench.accepted.push(new End(stream)));
    return bench;
  }

  client(options: TlsTransportOptions = {}): TlsTransport {
    return tlsTransport(this.memory as Transport, { ca: ours.cert, clock: this.clock, ...options });
  }

  async connect(client = this.client(), host = HOST): Promise<End> {
    const end = new End(await client.connect({ host, port: 443 }));
    await settle();
    return end;
  }

  /** The failure of a client to connect. */
  async refusal(options: TlsTransportOptions, host = HOST): Promise<Error & { code?: unknown }> {
    const error = await this.client(options)
      .connect({ host, port: 443 })
      .then(
        () => new Error('it connected'),
        (failure: Error) => failure,
      );
    await settle();
    return error;
  }
}

const namesOf = (end: End): string =>
  tlsSocketOf(end.stream)?.getPeerCertificate().subject.CN?.toString() ?? '';

describe('an agreement', () => {
  it('makes streams that are secure, and say the protocol [RFC 7301 3.2]', async () => {
    const bench = await Bench.listen({ alpn: ['h2', 'http/1.1'] });
    const [h2, h1, none] = [
      await bench.connect(bench.client({ alpn: ['h2'] })),
      await bench.connect(bench.client()),
      await bench.connect(bench.client({ alpn: [] })),
    ];
    expect([h2, h1, none].map(({ stream }) => stream.alpn)).toEqual(['h2', 'http/1.1', null]);
    expect(bench.accepted.map(({ stream }) => stream.alpn)).toEqual(['h2', 'http/1.1', null]);
    for (const { stream } of [h2, ...bench.accepted]) expect(stream.secure).toBe(true);
    expect(bench.server.counters()).toEqual({
      handshakes: 0,
      secured: 3,
      failed: 0,
      plain: 0,
      refused: 0,
    });
  });

  it('fails where no protocol is common [RFC 7301 3.2]', async () => {
    const bench = await Bench.listen({ alpn: ['h2'] });
    const error = await bench.refusal({ alpn: ['http/1.1'] });
    expect(error.message).toBe('TLS with localhost:443: tlsv1 alert no application protocol');
    expect(bench.failures).toHaveLength(1);
    expect(bench.server.counters()).toMatchObject({ handshakes: 0, failed: 1 });
  });

  it('has the certificate of the name that was asked for [RFC 6066 3]', async () => {
    const bench = await Bench.listen({ names: { 'other.test': other, '*.wild.test': wild } });
    const ca = [ours.cert, other.cert, wild.cert];
    const ask = async (host: string) => namesOf(await bench.connect(bench.client({ ca }), host));
    expect(await ask('localhost')).toBe('localhost');
    expect(await ask('OTHER.test')).toBe('other.test');
    expect(await ask('a.wild.test')).toBe('*.wild.test');
    const strange = await bench.refusal({ ca }, 'b.a.wild.test');
    expect(strange.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('is of the versions that are allowed', async () => {
    const bench = await Bench.listen({ minVersion: 'TLSv1.3' });
    const raw = tls.connect({
      socket: duplexOf((await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream),
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    });
    const failure = await new Promise<Error>((resolve) => raw.on('error', resolve));
    expect(failure.message).toContain('protocol version');
    await settle();
    expect(bench.failures).toHaveLength(1);
  });

  it('is short the second time [RFC 8446 2.2]', async () => {
    const bench = await Bench.listen();
    const client = bench.client();
    const reused = async () =>
      tlsSocketOf((await bench.connect(client)).stream)?.isSessionReused() ?? null;
    expect(await reused()).toBe(false);
    expect(await reused()).toBe(true);
    client.reload({ ca: ours.cert });
    expect(await reused()).toBe(false);
  });
});

describe('plain HTTP', () => {
  const say = async (bench: Bench, ...parts: string[]): Promise<End> => {
    const end = new End((await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream);
    for (const part of parts) {
      end.stream.write(Buffer.from(part));
      await settle();
    }
    return end;
  };

  it('is told to use https, in plain text [RFC 9110 15.5.1]', async () => {
    const requests = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PROPFIND'].map(
      (method) => `${method} / HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    requests.push('CONNECT a.test:1 HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    for (const request of requests) {
      const bench = await Bench.listen();
      const end = await say(bench, request);
      expect(end.text).toBe(
        'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n' +
          'Content-Length: 55\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nConnection: close\r\n\r\n' +
          (request.startsWith('HEAD')
            ? ''
            : 'This port speaks TLS: use https:// in place of http://\n'),
      );
      expect([end.ended, end.closed]).toEqual([true, null]);
      end.stream.end();
      await settle();
      expect(end.closed).toEqual({ code: null });
      expect(bench.accepted).toEqual([]);
      expect(bench.server.counters()).toMatchObject({ handshakes: 0, failed: 1, plain: 1 });
      const { error, remoteAddress } = bench.failures[0] as HandshakeFailure;
      expect(error.message).toMatch(/^TLS with .*: plain HTTP came, http:\/\/ in place of https:/);
      expect(error).toMatchObject({ code: 'ERR_SSL_HTTP_REQUEST' });
      expect(remoteAddress).not.toBe('');
      expect(bench.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('is seen when it comes in pieces, and may go on after its answer', async () => {
    const bench = await Bench.listen();
    const end = await say(bench, 'P', 'OS', 'T /', ' HTTP/1.1\r\n', 'x'.repeat(100_000));
    expect(end.text).toContain('400 Bad Request');
    expect(end.closed).toBeNull();
    bench.clock.advance(2000);
    await settle();
    expect(end.closed).toEqual({ code: 'ECONNRESET' });
  });

  it('is not what other protocols speak: they are reset', async () => {
    for (const text of ['SSH-2.0-OpenSSH_9.6\r\n', '\0\0\0\0\0\0\0\0', 'get / http\r\n\r\n']) {
      const bench = await Bench.listen();
      const end = await say(bench, text);
      expect([end.text, end.closed]).toEqual(['', { code: 'ECONNRESET' }]);
      expect(bench.server.counters()).toMatchObject({ failed: 1, plain: 0 });
    }
  });

  it('counts as a handshake until it has its answer, and ends with the listener', async () => {
    const bench = new Bench({ maxHandshakes: 2 });
    const listener = await bench.server.listen({ port: 443 }, () => {});
    const ends = [];
    for (let count = 0; count < 3; count++) ends.push(await say(bench, 'GET / HTTP/1.1\r\n\r\n'));
    expect(ends.map(({ closed }) => closed)).toEqual([null, null, { code: 'ECONNRESET' }]);
    expect(bench.server.counters()).toMatchObject({ plain: 2, refused: 1 });
    await listener.close();
    await settle();
    for (const { closed } of ends) expect(closed).toEqual({ code: 'ECONNRESET' });
  });
});

describe('who a client trusts', () => {
  it('is who its roots lead to, and has the name', async () => {
    const bench = await Bench.listen();
    const unknown = await bench.refusal({ ca: other.cert });
    expect(unknown.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(unknown.message).toMatch(
      /^TLS with localhost:443: self-signed certificate(; if the root CA is [^;]+ --use-system-ca)?$/,
    );
    expect((await bench.refusal({}, '127.0.0.1')).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    await bench.connect(bench.client({ ca: other.cert, rejectUnauthorized: false }));
    await bench.connect(bench.client({ servername: 'localhost' }), '127.0.0.1');
  });
});

describe('a handshake that is cut off', () => {
  it.each(['end', 'abort'] as const)('by %s says so, in our words [RFC 8446 6.1]', async (how) => {
    const bench = await Bench.listen();
    const stream = await (bench.memory as Transport).connect({ host: HOST, port: 443 });
    stream.write(Buffer.from([0x16, 3, 1, 0, 200, 1]));
    await settle();
    expect(bench.server.counters()).toMatchObject({ handshakes: 1 });
    stream[how]();
    await settle();
    expect(bench.failures.map(({ error }) => error.message)).toEqual([
      expect.not.stringContaining('hang up'),
    ]);
    expect(bench.server.counters()).toMatchObject({ handshakes: 0, failed: 1 });
  });
});

describe('certificates of clients', () => {
  it('are required', async () => {
    const bench = await Bench.listen({ clientCertificates: 'required', ca: other.cert });
    const near = await bench.connect(bench.client({ identity: other }));
    near.stream.write(Buffer.from('hello'));
    await settle();
    expect(bench.accepted[0]?.text).toBe('hello');
    expect(namesOf(bench.accepted[0] as End)).toBe('other.test');
    // In TLS 1.3 the client has finished before the server looks.
    for (const identity of [undefined, wild]) {
      await bench.connect(bench.client(identity && { identity }));
    }
    expect(bench.accepted).toHaveLength(1);
    expect(bench.server.counters()).toMatchObject({ secured: 1, failed: 2, handshakes: 0 });
    expect(bench.failures.map(({ error }) => (error as { code?: unknown }).code)).toEqual([
      'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ]);
  });

  it('are optional, and good where there are any', async () => {
    const bench = await Bench.listen({ clientCertificates: 'optional', ca: other.cert });
    await bench.connect();
    await bench.connect(bench.client({ identity: other }));
    expect(bench.accepted).toHaveLength(2);
    await bench.connect(bench.client({ identity: wild }));
    expect(bench.accepted).toHaveLength(2);
    expect(bench.failures[0]?.error.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});

describe('the end', () => {
  const raw = async (bench: Bench): Promise<[tls.TLSSocket, ReturnType<typeof duplexOf>]> => {
    const stream = (await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream;
    const under = duplexOf(stream, { allowHalfOpen: true });
    const socket = tls.connect({ socket: under, ca: ours.cert, servername: HOST });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    await settle();
    return [socket, under];
  };

  it('is told by TLS, and the other half goes on [RFC 8446 6.1]', async () => {
    const bench = await Bench.listen();
    const near = await bench.connect();
    const far = bench.accepted[0] as End;
    near.stream.write(Buffer.from('all'));
    near.stream.end();
    await settle();
    expect(far).toMatchObject({ text: 'all', ended: true, closed: null });
    far.stream.write(Buffer.from('more'));
    far.stream.end();
    await settle();
    expect(near).toMatchObject({ text: 'more', ended: true, closed: { code: null } });
  });

  it('of TCP alone is a failure, behind what came before it [RFC 8446 6.1] [RFC 9112 9.8]', async () => {
    const bench = await Bench.listen();
    const [socket, under] = await raw(bench);
    socket.write('half');
    await settle();
    under.end();
    await settle();
    expect(bench.accepted[0]).toMatchObject({
      text: 'half',
      ended: false,
      closed: { code: 'ECONNRESET' },
    });
  });

  it('is not a close for who has a ticket unread: nothing is reset', async () => {
    const bench = await Bench.listen();
    const client = bench.client();
    const stream = await client.connect({ host: HOST, port: 443 });
    stream.setHandler({ handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} });
    stream.write(Buffer.from('the last of me'));
    stream.close();
    await settle();
    expect(bench.accepted[0]).toMatchObject({ text: 'the last of me', ended: true, closed: null });
  });

  it('that is an abort is a reset beneath', async () => {
    const bench = await Bench.listen();
    const [, under] = await raw(bench);
    const failures: unknown[] = [];
    under.on('error', (error: NodeJS.ErrnoException) => failures.push(error.code));
    under.on('end', () => failures.push('end'));
    bench.accepted[0]?.stream.abort();
    await settle();
    expect(failures).toEqual(['ECONNRESET']);
    expect(bench.accepted[0]?.closed).toEqual({ code: null });
  });

  it('that is a close waits a while for that of the peer, and then for nothing', async () => {
    const bench = await Bench.listen();
    const [socket] = await raw(bench);
    const far = bench.accepted[0] as End;
    const inner = tlsSocketOf(far.stream);
    far.stream.close();
    await settle();
    expect(far.closed).toEqual({ code: null });
    expect(inner?.destroyed).toBe(false);
    bench.clock.advance(1999);
    await settle();
    expect(inner?.destroyed).toBe(false);
    bench.clock.advance(1);
    await settle();
    expect(inner?.destroyed).toBe(true);
    socket.destroy();
  });

  it('of octets that are no TLS', async () => {
    const bench = await Bench.listen();
    const [, under] = await raw(bench);
    under.write('this is no record at all, and long enough to be read as one');
    await settle();
    expect(bench.accepted[0]?.closed?.code).toMatch(/^ERR_SSL/);
  });
});

describe('handshakes', () => {
  it('may come octet by octet, and take what comes behind them along [RFC 8446 5.1]', async () => {
    const bench = await Bench.listen();
    const under = duplexOf((await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream);
    const write = under.write.bind(under);
    under.write = (...args: unknown[]) => {
      const done = args.findLast((arg) => typeof arg === 'function') as () => void;
      for (const octet of args[0] as Buffer) write(Buffer.of(octet));
      done();
      return true;
    };
    const socket = tls.connect({ socket: under, ca: ours.cert, servername: HOST });
    socket.write('early');
    await settle();
    await settle();
    expect(bench.accepted[0]?.text).toBe('early');
    socket.destroy();
  });

  it('that end before they are over are failures', async () => {
    const bench = await Bench.listen();
    for (const part of ['', '\x16\x03', '\x16\x03\x01\x00\x05']) {
      const end = new End((await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream);
      if (part !== '') end.stream.write(Buffer.from(part, 'latin1'));
      await settle();
      end.stream.end();
      await settle();
      expect(end.closed).not.toBeNull();
    }
    expect(bench.failures.map(({ error }) => (error as { code?: unknown }).code)).toEqual(
      Array(3).fill('ECONNRESET'),
    );
    expect(bench.server.counters()).toMatchObject({ handshakes: 0, failed: 3 });
  });

  it('take no longer than they may', async () => {
    const bench = await Bench.listen({ handshakeTimeoutMs: 5000 });
    const silent = new End((await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream);
    await settle();
    bench.clock.advance(4999);
    await settle();
    expect(silent.closed).toBe(null);
    expect(bench.server.counters().handshakes).toBe(1);
    bench.clock.advance(1);
    await settle();
    expect(silent.closed).toEqual({ code: 'ECONNRESET' });
    expect(bench.failures[0]?.error).toMatchObject({ code: 'ETIMEDOUT' });
    expect(bench.server.counters()).toMatchObject({ handshakes: 0, failed: 1 });
  });

  it('end with their listener, and those of another go on', async () => {
    const bench = await Bench.listen();
    const second = await bench.server.listen({ port: 444 }, () => {});
    const open = async (port: number): Promise<End> =>
      new End((await bench.memory.connect({ host: HOST, port })) as ByteStream);
    const [first, other] = [await open(443), await open(444)];
    await settle();
    await second.close();
    await settle();
    expect([first.closed, other.closed]).toEqual([null, { code: 'ECONNRESET' }]);
    expect(bench.server.counters().handshakes).toBe(1);
    await bench.server.close();
    await settle();
    expect(bench.server.counters().handshakes).toBe(0);
  });

  it('of a client, too', async () => {
    const bench = new Bench();
    await bench.memory.listen({ port: 443 }, () => {});
    const connecting = bench.refusal({ handshakeTimeoutMs: 3000 });
    await settle();
    bench.clock.advance(3000);
    expect(await connecting).toMatchObject({
      code: 'ETIMEDOUT',
      message: 'TLS with localhost:443: no agreement within 3000 ms',
    });
  });

  it('are so many at once', async () => {
    const bench = await Bench.listen({ maxHandshakes: 2 });
    const silent: End[] = [];
    for (let i = 0; i < 3; i++) {
      silent.push(new End((await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream));
      await settle();
    }
    expect(silent.map(({ closed }) => closed?.code)).toEqual([undefined, undefined, 'ECONNRESET']);
    expect(bench.server.counters()).toMatchObject({ handshakes: 2, refused: 1 });
    silent[0]?.stream.abort();
    await settle();
    await bench.connect();
    expect(bench.accepted).toHaveLength(1);
  });

  it('with what is no TLS fail in one line', async () => {
    const bench = await Bench.listen();
    const plain = new End((await bench.memory.connect({ host: HOST, port: 443 })) as ByteStream);
    plain.stream.write(Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'));
    await settle();
    expect(plain.closed).not.toBe(null);
    expect(bench.failures[0]?.error.message).toBe(
      'TLS with 127.0.0.1:49152: wrong version number: no TLS is spoken there',
    );
  });
});

describe('reload', () => {
  it('is for the handshakes to come', async () => {
    const bench = await Bench.listen({ names: { 'wild.test': wild } });
    const before = await bench.connect();
    bench.server.reload({ identity: other });
    expect((await bench.refusal({})).code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    const after = await bench.connect(bench.client({ ca: other.cert, servername: 'other.test' }));
    expect([before, after].map(namesOf)).toEqual(['localhost', 'other.test']);
    before.stream.write(Buffer.from('still there'));
    await settle();
    expect(bench.accepted[0]?.text).toBe('still there');
  });

  it('keeps the old ones where the new ones cannot be used', async () => {
    const bench = await Bench.listen();
    expect(() => bench.server.reload({ identity: { cert: ours.cert, key: other.key } })).toThrow(
      'the certificate: its key is that of another one',
    );
    expect(() => bench.server.reload({})).toThrow('a server of TLS needs a certificate');
    expect(namesOf(await bench.connect())).toBe('localhost');
  });
});

it('refuses what it cannot do, in one line', async () => {
  const memory = new MemoryTransport() as Transport;
  expect(() => tlsTransport(memory, { identity: { cert: 'no', key: 'no' } })).toThrow(
    /^the certificate: /,
  );
  expect(() => tlsTransport(memory, { sni: {} } as never)).toThrow('has no option sni');
  expect(() => tlsTransport(memory, { handshakeTimeoutMs: 0 })).toThrow(RangeError);
  await expect(tlsTransport(memory).listen({ port: 1 }, () => {})).rejects.toThrow(
    'a server of TLS needs a certificate',
  );
});
