/**
 * A program of Node that knows nothing of us, on our TCP: an HTTP server and `fetch`, over a wire in
 * memory that loses a packet.
 *
 * `installStack` is all it takes; on a TUN device or a tunnel it would be the same. Run by `npm test`.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { faultDevice, memoryWire, traceDevice } from '@netlayers/link';
import { installStack } from '@netlayers/node';
import { createStack } from '@netlayers/stack';

const [left, right] = memoryWire();
// The second packet that leaves is lost: TCP sends it again, and the program sees nothing of it.
const lossy = faultDevice(left, (direction, packetNumber) =>
  direction === 'outbound' && packetNumber === 2 ? 'drop' : 'pass',
);
let packets = 0;
const near = createStack({
  device: traceDevice(lossy, () => {
    packets++;
  }),
  address: '10.0.0.1',
});
const far = createStack({ device: right, address: '10.0.0.2' });

// Who listens is the far host, who connects the near one; the rule could say `kernel` too.
const stopListening = installStack(far, ({ kind }) => (kind === 'listen' ? 'stack' : 'kernel'));
const server = http.createServer((request, response) => {
  response.end(`hello ${request.socket.remoteAddress}, you asked for ${request.url}\n`);
});
await once(server.listen(80, '10.0.0.2'), 'listening');
stopListening();

const stopConnecting = installStack(near);
const response = await fetch('http://10.0.0.2/unchanged');
const text = await response.text();
assert.equal(text, 'hello 10.0.0.1, you asked for /unchanged\n');
console.log(text.trim(), `(${packets} packets)`);
stopConnecting();

server.closeAllConnections();
server.close();
await Promise.all([near.close(), far.close()]);
