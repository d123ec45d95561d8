/** A server of RESP2 with a few commands. */

import net from 'node:net';

const bulk = (value) => (value === undefined ? '$-1\r\n' : `$${value.length}\r\n${value}\r\n`);

const COMMANDS = {
  info: () => bulk('redis_version:7.2.0'),
  get: (values, name) => bulk(values.get(name)),
  set: (values, name, value) => {
    values.set(name, value);
    return '+OK\r\n';
  },
  incr: (values, name) => {
    values.set(name, `${Number(values.get(name) ?? 0) + 1}`);
    return `:${values.get(name)}\r\n`;
  },
};

/** Takes the first command, an array of bulk strings, off a text; `null` while it is not all there. */
function takeCommand(text) {
  const count = /^\*(\d+)\r\n/.exec(text)?.[1];
  if (count === undefined) return null;
  const whole = new RegExp(`^\\*\\d+\\r\\n(?:\\$\\d+\\r\\n[^\\r]*\\r\\n){${count}}`).exec(
    text,
  )?.[0];
  if (whole === undefined) return null;
  const words = whole.split('\r\n').filter((_, at) => at > 0 && at % 2 === 0);
  return { words, rest: text.slice(whole.length) };
}

/** Answers over a map of strings; what it does not know is `OK`. */
export const redisServer = (values) =>
  net.createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (data) => {
      text += data;
      for (let taken = takeCommand(text); taken !== null; taken = takeCommand(text)) {
        text = taken.rest;
        const [name, ...args] = taken.words;
        socket.write(COMMANDS[name.toLowerCase()]?.(values, ...args) ?? '+OK\r\n');
      }
    });
  });
