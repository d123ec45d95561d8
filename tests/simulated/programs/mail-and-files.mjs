/** nodemailer and basic-ftp, each with a small server of its protocol, over a link that goes down. */

import net from 'node:net';
import { Readable } from 'node:stream';
import { Client } from 'basic-ftp';
import { createTransport } from 'nodemailer';
import { listening, twoHosts } from '../hosts.mjs';

/** Has each line answered; what `answer` returns is sent as it is. */
const byLines = (greeting, answer) =>
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

function mailServer(mails) {
  return byLines('220 api.test ESMTP\r\n', (line, session) => {
    if (session.body !== undefined) {
      if (line !== '.') {
        session.body += line.length;
        return null;
      }
      mails.push(session.body);
      session.body = undefined;
      return '250 taken\r\n';
    }
    if (line !== 'DATA')
      return line.startsWith('EHLO') ? '250-api.test\r\n250 PIPELINING\r\n' : '250 ok\r\n';
    session.body = 0;
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

/** Stores what is sent, by name, in passive mode. */
function fileServer(files) {
  return byLines('220 api.test FTP\r\n', async (line, session, socket) => {
    const [command, name] = line.split(' ');
    if (command === 'EPSV') {
      session.data = net.createServer({ allowHalfOpen: true });
      await listening(session.data, 0);
      return `229 Entering Extended Passive Mode (|||${session.data.address().port}|)\r\n`;
    }
    if (command !== 'STOR' && command !== 'RETR') return `${REPLIES[command] ?? '502 what?'}\r\n`;
    session.data.on('connection', async (data) => {
      session.data.close();
      socket.write('150 here\r\n');
      if (command === 'RETR') data.end(files.get(name));
      else files.set(name, Buffer.concat(await data.toArray()));
      socket.write('226 done\r\n');
      data.end();
    });
    return null;
  });
}

export async function program(network) {
  const { app, api, link } = twoHosts(network);
  const mails = [];
  const files = new Map();
  await api.run(async () => {
    await listening(mailServer(mails), 25);
    await listening(fileServer(files), 21);
  });
  network.at(300, () => link.down());
  network.at(6_300, () => link.up());
  return app.run(async () => {
    const mail = createTransport({ host: 'api.test', port: 25, ignoreTLS: true });
    const { accepted } = await mail.sendMail({
      from: 'a@app.test',
      to: 'b@api.test',
      text: 'x'.repeat(9_000),
    });
    const client = new Client(20_000);
    await client.access({ host: 'api.test', user: 'me', password: 'secret' });
    await client.uploadFrom(Readable.from([Buffer.alloc(50_000, 'f')]), 'file');
    client.close();
    return [accepted, mails, files.get('file')?.length];
  });
}

/** What it returns. */
export const expected = [['b@api.test'], [9344], 50000];
