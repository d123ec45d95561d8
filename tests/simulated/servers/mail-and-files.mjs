/** As much of SMTP and of FTP as a client needs to hand something over. */

import net from 'node:net';
import { listening, next } from '../hosts.mjs';
import { byLines } from './by-lines.mjs';

/** Notes the size of each mail. */
export function mailServer(sizes) {
  return byLines('220 api.test ESMTP\r\n', (line, session) => {
    if (session.size !== undefined) {
      if (line !== '.') {
        session.size += line.length;
        return null;
      }
      sizes.push(session.size);
      session.size = undefined;
      return '250 taken\r\n';
    }
    if (line !== 'DATA') {
      return line.startsWith('EHLO') ? '250-api.test\r\n250 PIPELINING\r\n' : '250 ok\r\n';
    }
    session.size = 0;
    return '354 go on\r\n';
  });
}

const REPLIES = {
  USER: '331 password?',
  PASS: '230 in',
  TYPE: '200 ok',
  FEAT: '211 none',
  STRU: '200 ok',
};

/** Keeps what is sent and gives it back, by name, in passive mode. */
export function fileServer(files) {
  return byLines('220 api.test FTP\r\n', async (line, session, socket) => {
    const [command, name] = line.split(' ');
    if (command === 'EPSV') {
      const server = net.createServer({ allowHalfOpen: true });
      // A client may connect before it says what for.
      session.data = next(server, 'connection');
      await listening(server, 0);
      const { port } = server.address();
      void session.data.then(() => server.close());
      return `229 Entering Extended Passive Mode (|||${port}|)\r\n`;
    }
    if (command !== 'STOR' && command !== 'RETR') return `${REPLIES[command] ?? '502 what?'}\r\n`;
    const data = await session.data;
    socket.write('150 here\r\n');
    if (command === 'RETR') data.end(files.get(name));
    else files.set(name, Buffer.concat(await data.toArray()));
    data.end();
    return '226 done\r\n';
  });
}
