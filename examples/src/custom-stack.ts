/**
 * A stack on a device made by hand: anything that carries IP packets can be one. Here it is a pair
 * of message ports, as between a page and its worker; a WebSocket or the network card of an
 * emulator would look the same.
 *
 * No root, no network. Run by `npm test`.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ChecksumState, type LinkDevice, type PacketReceiver } from '@netlayers/link';
import { createStack } from '@netlayers/stack';

/** Sends each packet as one message, and queues what arrives until the stack takes it. */
class PortDevice implements LinkDevice {
  readonly capabilities = {
    mtu: 9000,
    headroom: 0,
    checksumOffload: false,
    segmentationOffload: 0,
    receiveQueue: 0,
  };
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  readonly transmitBuffer = new Uint8Array(this.capabilities.mtu);
  readonly #port: MessagePort;
  #committed: Uint8Array[] = [];
  #arrived: Uint8Array[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (packet: Uint8Array) => {
      this.#arrived.push(packet);
      this.onReadable?.();
    });
  }

  receive(max: number, receiver: PacketReceiver): number {
    const packets = this.#arrived.splice(0, max);
    for (const packet of packets) {
      receiver.handlePacket(packet, 0, packet.length, ChecksumState.COMPLETE, 0);
    }
    return packets.length;
  }

  reserve(length: number): number {
    return length <= this.transmitBuffer.length ? 0 : -1;
  }

  commit(start: number, end: number): void {
    this.#committed.push(this.transmitBuffer.slice(start, end));
  }

  flush(): void {
    for (const packet of this.#committed) this.#port.postMessage(packet);
    this.#committed = [];
  }

  close(): void {
    this.#port.close();
  }
}

const { port1, port2 } = new MessageChannel();
const left = createStack({ device: new PortDevice(port1), address: '192.168.7.1' });
const right = createStack({ device: new PortDevice(port2), address: '192.168.7.2' });

const { rttMs } = await left.ping('192.168.7.2');
console.log(`192.168.7.2 answers a ping in ${rttMs.toFixed(2)} ms`);

right.listen({ port: 7 }, (socket) => {
  void socket.readable.pipeTo(socket.writable);
});

const socket = await left.connect({ host: '192.168.7.2', port: 7 });
const writer = socket.writable.getWriter();
void writer.write(new TextEncoder().encode('there and back again')).then(() => writer.close());
for await (const chunk of socket.readable as unknown as AsyncIterable<Uint8Array>) {
  console.log(`the echo says: ${new TextDecoder().decode(chunk)}`);
}

const { tcp } = left.counters();
console.log(`${tcp.segmentsSent} segments sent, ${tcp.segmentsReceived} received`);
await Promise.all([left.close(), right.close()]);
