/** A server of a protocol of lines. */

import net from 'node:net';

/** Has each line answered; what `answer(line, session, socket)` returns, or promises, is sent as it is. */
export const byLines = (greeting, answer) =>
  net.createServer((socket) => {
    let text = '';
    const session = {};
    socket.write(greeting);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      text += data;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        void Promise.resolve(answer(line, session, socket)).then(
          (reply) => reply && socket.write(reply),
        );
      }
    });
  });
