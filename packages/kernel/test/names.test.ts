import type { ByteStream, Listener } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { afterEach, describe, expect, it } from 'vitest';

const transport = kernelTransport();
afterEach(() => transport.close());

const silent = {
  handleData: () => {},
  handleEnd: () => {},
  handleDrain: () => {},
  handleClose: () => {},
};

function accepted(host?: string): Promise<{ listener: Listener; stream: Promise<ByteStream> }> {
  let take: (stream: ByteStream) => void = () => {};
  const stream = new Promise<ByteStream>((resolve) => {
    take = resolve;
  });
  const accept = (accepted: ByteStream): void => {
    accepted.setHandler(silent);
    take(accepted);
  };
  return Promise.resolve(transport.listen({ port: 0, ...(host ? { host } : {}) }, accept)).then(
    (listener) => ({ listener, stream }),
  );
}

describe('names and addresses', () => {
  it('connects by name, and shows an IPv4 peer of a dual-stack listener as IPv4', async () => {
    const { listener, stream } = await accepted();
    const client = await transport.connect({ host: '127.0.0.1', port: listener.port });
    expect((await stream).remoteAddress).toBe('127.0.0.1');
    client.abort();
    const named = await transport.connect({ host: 'localhost', port: listener.port });
    expect(named.remotePort).toBe(listener.port);
    named.abort();
  });

  it('says which connection was refused when a name has several addresses', async () => {
    const { listener } = await accepted();
    await listener.close();
    const refused = transport.connect({ host: 'localhost', port: listener.port });
    await expect(refused).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringContaining(String(listener.port)),
    });
  });

  it('reports an unknown name as ENOTFOUND or, without a resolver, EAI_AGAIN', async () => {
    const unknown = transport.connect({ host: 'no-such-host.invalid', port: 80 });
    await expect(unknown).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
    });
  });
});
