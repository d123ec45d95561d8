/** nodemailer and basic-ftp, each with a small server of its protocol, over a link that goes down. */

import { PassThrough, Readable } from 'node:stream';
import { Client } from 'basic-ftp';
import { createTransport } from 'nodemailer';
import { listening, twoHosts } from '../hosts.mjs';
import { fileServer, mailServer } from '../servers/mail-and-files.mjs';

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
    const read = new PassThrough();
    const back = read.toArray();
    await client.downloadTo(read, 'file');
    client.close();
    return [accepted, mails, Buffer.concat(await back).length];
  });
}

/** What it returns. */
export const expected = [['b@api.test'], [9344], 50000];
