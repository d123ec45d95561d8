/** A broker of AMQP 0-9-1 with one queue, whose consumer is the connection that fills it. */

import { createRequire } from 'node:module';

// The codec of the package serves both sides.
const inside = createRequire(createRequire(import.meta.url).resolve('amqplib'));
const defs = inside('./lib/defs.js');
const { HEARTBEAT_BUF, decodeFrame, makeBodyFrame, parseFrame } = inside('./lib/frame.js');

const TUNE = { channelMax: 10, frameMax: 131_072, heartbeat: 2 };
const CAPABILITIES = { publisher_confirms: true, 'basic.nack': true };

/** What a method is answered with; others are not. */
const ANSWERS = {
  [defs.ConnectionStartOk]: [defs.ConnectionTune, TUNE],
  [defs.ConnectionOpen]: [defs.ConnectionOpenOk, {}],
  [defs.ConnectionClose]: [defs.ConnectionCloseOk, {}],
  [defs.ChannelOpen]: [defs.ChannelOpenOk, {}],
  [defs.ConfirmSelect]: [defs.ConfirmSelectOk, {}],
  [defs.QueueDeclare]: [defs.QueueDeclareOk, { queue: 'q', messageCount: 0, consumerCount: 0 }],
  [defs.BasicConsume]: [defs.BasicConsumeOk, { consumerTag: 'c' }],
};

/** Serves one connection. */
export function serveQueue(socket) {
  const send = (id, channel, fields) => socket.write(defs.encodeMethod(id, channel, fields));
  let rest = Buffer.alloc(0);
  let published = 0;
  const handle = ({ id, channel, content }) => {
    if (ANSWERS[id] !== undefined) send(ANSWERS[id][0], channel, ANSWERS[id][1]);
    if (content === undefined) return;
    const about = { consumerTag: 'c', deliveryTag: ++published, redelivered: false };
    send(defs.BasicDeliver, channel, { ...about, exchange: '', routingKey: 'q' });
    socket.write(defs.encodeProperties(defs.BasicProperties, channel, content.length, {}));
    socket.write(makeBodyFrame(channel, content));
    send(defs.BasicAck, channel, { deliveryTag: published, multiple: false });
  };
  const heartbeats = setInterval(() => socket.write(HEARTBEAT_BUF), 1_000);
  socket.on('error', () => {});
  socket.on('close', () => clearInterval(heartbeats));
  socket.once('data', (header) => {
    const serverProperties = { product: 'small', capabilities: CAPABILITIES };
    const start = { versionMajor: 0, versionMinor: 9, serverProperties };
    send(defs.ConnectionStart, 0, {
      ...start,
      mechanisms: Buffer.from('PLAIN'),
      locales: Buffer.from('en_US'),
    });
    rest = header.subarray(8);
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      for (let frame = parseFrame(rest); frame; frame = parseFrame(rest)) {
        rest = frame.rest;
        handle(decodeFrame(frame));
      }
    });
  });
}
