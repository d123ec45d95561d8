import { ChecksumState, type TransportLink, webSocketDevice } from '@netlayers/link';
import { linkDeviceSuite } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { type FakeWebSocket, fakeWebSockets } from './fake-web-socket.js';

const tools = { describe, it, expect };

/** Callbacks of `later`, called by hand. */
class Later {
  readonly #waiting: (() => void)[] = [];
  readonly add = (callback: () => void): void => {
    this.#waiting.push(callback);
  };
  get length(): number {
    return this.#waiting.length;
  }
  run(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }
}

function openPair() {
  const [here, there] = fakeWebSockets();
  const later = new Later();
  const near = webSocketDevice(here, { later: later.add, mtu: 1500, transmitQueue: 3000 });
  const far = webSocketDevice(there, { later: later.add, mtu: 1500, receiveQueue: 20 });
  here.open();
  there.open();
  return { here, there, near, far, later };
}

/** Sends a packet of zeros; false = refused. */
function send(device: TransportLink, length: number): boolean {
  const at = device.reserve(length);
  if (at === -1) return false;
  device.transmitBuffer.fill(0, at, at + length);
  device.commit(at, at + length, ChecksumState.COMPLETE, 0);
  device.flush();
  return true;
}

const NOBODY = { handlePacket: () => {} };

linkDeviceSuite(tools, 'WebSocket', () => {
  const [here, there] = fakeWebSockets();
  const later = new Later();
  const near = webSocketDevice(here, { later: later.add });
  const far = webSocketDevice(there, { later: later.add });
  here.open();
  there.open();
  const settle = async (): Promise<void> => {
    here.carry();
    there.carry();
    later.run();
  };
  return { near, far, settle };
});

describe('webSocketDevice', () => {
  it('sends nothing before the socket is open, and tells when it is', () => {
    const [here] = fakeWebSockets();
    const later = new Later();
    const device = webSocketDevice(here, { later: later.add });
    let told = 0;
    device.onWritable = () => told++;
    expect(here.binaryType).toBe('arraybuffer');
    expect(device.reserve(100)).toBe(-1);
    expect(later.length).toBe(0);
    here.open();
    expect(told).toBe(1);
    expect(send(device, 100)).toBe(true);
  });

  it('waits for a socket that is full, looks again, and tells once', () => {
    const { here, near, later } = openPair();
    let told = 0;
    near.onWritable = () => told++;
    expect([send(near, 1500), send(near, 1500), send(near, 1500)]).toEqual([true, true, false]);
    expect(send(near, 20)).toBe(false);
    expect(later.length).toBe(1);
    later.run();
    expect([told, later.length]).toEqual([0, 1]);
    here.carry();
    later.run();
    expect([told, later.length]).toEqual([1, 0]);
    expect(send(near, 1500)).toBe(true);
  });

  it('looks no more once it is closed', () => {
    const { near, later } = openPair();
    while (send(near, 1500));
    near.close();
    later.run();
    expect(later.length).toBe(0);
  });

  it('drops and counts what is no packet of this link', () => {
    const { there, far } = openPair();
    let told = 0;
    far.onReadable = () => told++;
    const message = (data: unknown): void => there.emit('message', { data });
    message('text');
    message({});
    message(new ArrayBuffer(0));
    message(new ArrayBuffer(1501));
    expect(told).toBe(0);
    message(new ArrayBuffer(1500));
    expect(told).toBe(1);
    expect(far.drops).toEqual({ queueFull: 0, tooLong: 1, empty: 1, foreign: 2, unsent: 0 });
    expect(far.receive(10, NOBODY)).toBe(1);
  });

  it('holds no more than its queue, whatever a peer sends', () => {
    const { there, far } = openPair();
    for (let i = 0; i < 1000; i++) there.emit('message', { data: new ArrayBuffer(40) });
    expect(far.drops.queueFull).toBe(980);
    expect(far.receive(1000, NOBODY)).toBe(20);
  });

  it('tells once that the socket has gone, and delivers what had arrived', () => {
    const { here, near, far } = openPair();
    const told: string[] = [];
    near.onClose = () => told.push('near');
    far.onClose = () => told.push('far');
    send(near, 100);
    here.carry();
    far.commit(far.reserve(60), 60, ChecksumState.COMPLETE, 0);
    here.emit('error');
    expect(told).toEqual([]);
    here.drop();
    here.emit('close');
    expect(told).toEqual(['near', 'far']);
    expect([near.closed, near.reserve(100), far.drops.unsent]).toEqual([true, -1, 1]);
    expect(far.receive(10, NOBODY)).toBe(1);
    far.flush();
    far.close();
    expect(far.receive(10, NOBODY)).toBe(0);
  });

  it('does not tell of its own close, and is closed with a socket that was', () => {
    const { here, near, far } = openPair();
    let told = 0;
    near.onClose = () => told++;
    near.close();
    here.carry();
    expect([told, far.closed]).toEqual([0, true]);
    const device = webSocketDevice(here as FakeWebSocket, { later: () => {} });
    expect([device.closed, device.reserve(100)]).toEqual([true, -1]);
  });

  it('refuses options and packets that cannot be, in one line', () => {
    const [here] = fakeWebSockets();
    const later = (): void => {};
    expect(() => webSocketDevice(here, { later, mtu: 67 })).toThrow('mtu is an integer from 68');
    expect(() => webSocketDevice(here, { later, receiveQueue: 0 })).toThrow('receiveQueue is an');
    expect(() => webSocketDevice(here, { later, transmitQueue: 0.5 })).toThrow('transmitQueue is');
    const { near } = openPair();
    expect(() => near.reserve(1501)).toThrow('packets of this device have 1 to 1500 bytes');
    const at = near.reserve(100);
    expect(() => near.commit(at, at + 101, ChecksumState.COMPLETE, 0)).toThrow('inside the last');
    expect(() => near.commit(at, at + 100, ChecksumState.PARTIAL, 0)).toThrow('complete packets');
    expect(() => near.commit(at, at + 100, ChecksumState.COMPLETE, 50)).toThrow('complete packets');
  });
});
