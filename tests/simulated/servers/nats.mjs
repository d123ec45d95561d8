/** A server of NATS with requests and no more: it answers them itself. */

import net from 'node:net';

const INFO = { server_id: 'S', version: '2.10.0', proto: 1, headers: true, max_payload: 1_048_576 };

/** Answers every request in capitals, but for those to `silent`. */
export const natsServer = () =>
  net.createServer((socket) => {
    const subscriptions = new Map();
    let text = '';
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      text += data;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const [command, ...words] = text.slice(0, end).split(' ');
        const size = command === 'PUB' ? Number(words.at(-1)) + 2 : 0;
        if (text.length < end + 2 + size) return;
        const payload = text.slice(end + 2, end + size);
        text = text.slice(end + 2 + size);
        if (command === 'PING') socket.write('PONG\r\n');
        if (command === 'SUB') subscriptions.set(words[0].replace('*', ''), words.at(-1));
        if (command !== 'PUB' || words[0] === 'silent' || words.length < 3) continue;
        const answer = payload.toUpperCase();
        for (const [prefix, id] of subscriptions) {
          if (!words[1].startsWith(prefix)) continue;
          socket.write(`MSG ${words[1]} ${id} ${answer.length}\r\n${answer}\r\n`);
        }
      }
    });
  });
