/** A server of MongoDB's protocol: the greeting, pings, and documents that are inserted and found. */

import net from 'node:net';
import { BSON } from 'mongodb';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;

const HELLO = {
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  connectionId: 1,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
};

const int32s = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeInt32LE(value, 4 * at);
  return bytes;
};

/** The command of a message; sections of documents are put where they belong. */
function commandOf(message) {
  if (message.readInt32LE(12) === OP_QUERY) {
    const name = message.indexOf(0, HEADER + 4);
    return BSON.deserialize(message.subarray(name + 9));
  }
  let at = HEADER + 4;
  const command = {};
  while (at < message.length) {
    const kind = message[at++];
    const end = at + message.readInt32LE(at);
    if (kind === 0) Object.assign(command, BSON.deserialize(message.subarray(at, end)));
    else {
      const name = message.indexOf(0, at + 4);
      const documents = [];
      for (let from = name + 1; from < end; from += message.readInt32LE(from)) {
        documents.push(BSON.deserialize(message.subarray(from, from + message.readInt32LE(from))));
      }
      command[message.toString('utf8', at + 4, name)] = documents;
    }
    at = end;
  }
  return command;
}

function answer(command, documents) {
  if ('hello' in command || 'ismaster' in command || 'isMaster' in command) {
    return { ...HELLO, localTime: new Date() };
  }
  if ('insert' in command) documents.push(...command.documents);
  if ('find' in command) {
    return { cursor: { id: BSON.Long.ZERO, ns: 'd.c', firstBatch: documents } };
  }
  return { n: 1 };
}

/** Keeps documents in a list. */
export const mongoServer = (documents) =>
  net.createServer((socket) => {
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const message = rest.subarray(0, rest.readInt32LE(0));
        rest = rest.subarray(message.length);
        const body = BSON.serialize({ ...answer(commandOf(message), documents), ok: 1 });
        const isQuery = message.readInt32LE(12) === OP_QUERY;
        const before = isQuery ? int32s(8, 0, 0, 0, 1) : Buffer.concat([int32s(0), Buffer.of(0)]);
        const length = HEADER + before.length + body.length;
        const header = int32s(length, 0, message.readInt32LE(4), isQuery ? OP_REPLY : OP_MSG);
        socket.write(Buffer.concat([header, before, body]));
      }
    });
  });
