import { type MemoryDevice, memoryWire } from '@netlayers/link';
import { createStack, type Stack, type StackOptions, type TcpSocket } from '@netlayers/stack';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

/** A stack that is closed with the test. */
function stack(options: StackOptions): Stack {
  const made = createStack(options);
  onTestFinished(() => made.close({ drainMs: 0 }));
  return made;
}

/** Hosts 10.1.0.2 and 10.2.0.2, and between them a stack with a link to each. */
function between(options: Partial<StackOptions> = {}, mtu = 1500) {
  const [leftEnd, left] = memoryWire();
  const [rightEnd, right] = memoryWire({ mtu });
  const middle = stack({
    device: left,
    address: '10.1.0.1',
    links: [{ device: right, address: '10.2.0.1', networks: ['10.2.0.0/16'] }],
    ...options,
  });
  return {
    middle,
    near: stack({ device: leftEnd, address: '10.1.0.2' }),
    far: stack({ device: rightEnd, address: '10.2.0.2' }),
    left,
    right,
    rightEnd,
  };
}

const echo = (host: Stack): void => {
  host.listen({ port: 7 }, (socket) => void socket.readable.pipeTo(socket.writable));
};

/** Sends bytes and returns how many came back, and whether they are the same. */
async function exchange(socket: TcpSocket, length: number): Promise<string> {
  const sent = Uint8Array.from({ length }, (_, at) => at % 251);
  const writer = socket.writable.getWriter();
  const written = writer.write(sent).then(() => writer.close());
  let at = 0;
  let wrong = 0;
  for await (const bytes of socket.readable) {
    for (const byte of bytes) if (byte !== sent[at++]) wrong++;
  }
  await written;
  return `${at} bytes, ${wrong} wrong`;
}

describe('a stack with several links', () => {
  it('reaches and is reached by hosts on each, from its address there', async () => {
    const { middle, near, far } = between();
    for (const host of [near, far, middle]) echo(host);
    const outward = await middle.connect({ host: '10.2.0.2', port: 7 });
    expect(outward.localAddress).toBe('10.2.0.1');
    expect(await exchange(outward, 200_000)).toBe('200000 bytes, 0 wrong');
    const other = await middle.connect({ host: '10.1.0.2', port: 7 });
    expect(other.localAddress).toBe('10.1.0.1');
    expect(await exchange(other, 200_000)).toBe('200000 bytes, 0 wrong');
    const inward = await far.connect({ host: '10.2.0.1', port: 7 });
    expect(await exchange(inward, 1000)).toBe('1000 bytes, 0 wrong');
    await far.ping('10.2.0.1');
    await middle.ping('10.2.0.2');
  });

  it('passes nothing on unless it is asked to', async () => {
    const { middle, near, far } = between();
    echo(far);
    const signal = AbortSignal.timeout(50);
    await expect(near.connect({ host: '10.2.0.2', port: 7, signal })).rejects.toThrow();
    expect(middle.counters().ipv4.dropped['not-ours']).toBeGreaterThan(0);
  });

  it('passes on what is for others, both ways, and its MTU is found out (RFC 1191)', async () => {
    const { middle, near, far } = between({ forward: true }, 576);
    echo(far);
    const socket = await near.connect({ host: '10.2.0.2', port: 7 });
    expect(await exchange(socket, 300_000)).toBe('300000 bytes, 0 wrong');
    expect(middle.counters().ipv4.forwarded).toBeGreaterThan(1000);
    expect(middle.counters().ipv4.delivered).toBe(0);
    const before = near.counters().ipv4.icmpErrorsReceived;
    const signal = AbortSignal.timeout(50);
    await expect(near.connect({ host: '10.3.0.1', port: 7, signal })).rejects.toThrow();
    expect(near.counters().ipv4.icmpErrorsReceived).toBeGreaterThan(before);
  });

  it('is not held up by a link that is full', async () => {
    const { middle, near, far, rightEnd, right } = between();
    for (const host of [near, far]) echo(host);
    const stuck = await middle.connect({ host: '10.2.0.2', port: 7 });
    const writer = stuck.writable.getWriter();
    await writer.write(new Uint8Array(10));
    // Nobody receives there any more, and what is queued fills the link.
    rightEnd.receive = () => 0;
    while (right.reserve(1500) !== -1) {
      const at = right.reserve(1500);
      right.commit(at, at + 1500, 0, 0);
    }
    right.flush();
    void writer.write(new Uint8Array(100_000)).catch(() => {});
    for (let round = 0; round < 3; round++) {
      const socket = await middle.connect({ host: '10.1.0.2', port: 7 });
      expect(await exchange(socket, 300_000)).toBe('300000 bytes, 0 wrong');
    }
  });

  it('has a socket keep the memory that a packet came in, if the link it came over can', async () => {
    const { middle, near, far, left, right } = between();
    const asked: [MemoryDevice, Uint8Array][] = [];
    for (const device of [left, right]) {
      device.keep = (buf) => asked.push([device, buf]) > 0 && device === right;
    }
    const given: Uint8Array[] = [];
    const answers: boolean[] = [];
    middle.listen({ port: 7 }, (socket) =>
      socket.setHandler({
        handleData: (buf) => {
          given.push(buf);
          answers.push(socket.keep(buf));
        },
        handleEnd: () => socket.end(),
        handleDrain: () => {},
        handleClose: () => {},
      }),
    );
    for (const [host, to, from] of [
      [near, '10.1.0.1', left],
      [far, '10.2.0.1', right],
    ] as const) {
      const socket = await host.connect({ host: to, port: 7 });
      const writer = socket.writable.getWriter();
      // What comes before the handler is there waits for it elsewhere.
      for (let message = 0; message < 2; message++) {
        const before = answers.length;
        await writer.write(new Uint8Array(10));
        await vi.waitUntil(() => answers.length > before);
      }
      const [device, buf] = asked.at(-1)!;
      expect([device === from, buf === given.at(-1)]).toEqual([true, true]);
      expect(answers.at(-1)).toBe(from === right);
    }
  });

  it('takes turns in receiving, and closes all of its links', async () => {
    const { middle, left, right } = between();
    await middle.close();
    for (const device of [left, right]) expect(device.reserve(100)).toBe(-1);
  });

  it('refuses links that cannot be, in one line', () => {
    const [left, right] = memoryWire();
    const [fast] = memoryWire({ segmentationOffload: 60_000 });
    const make = (options: Partial<StackOptions>) => () =>
      createStack({ device: left, address: '10.1.0.1', ...options });
    const networks = ['10.2.0.0/16'];
    const links = (device: MemoryDevice, more = {}) => ({ links: [{ device, networks, ...more }] });
    expect(make({ forward: true })).toThrow('forward needs links');
    expect(make(links(left))).toThrow('each of the links has a device of its own');
    expect(make({ ...links(fast), forward: true })).toThrow('10.2.0.0/16 and the device differ in');
    expect(make(links(right, { networks: ['10.2.0.0/33'] }))).toThrow(
      '10.2.0.0/33 is not a network',
    );
    expect(make(links(right, { address: '10.2.0' }))).toThrow('10.2.0 is not an IPv4 address');
    expect(make(links(right, { network: networks }))).toThrow('is it networks?');
    expect(make(links(right, { mtu: 60 }))).toThrow('an MTU of 60 is below 68');
  });
});
