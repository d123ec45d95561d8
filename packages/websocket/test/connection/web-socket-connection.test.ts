import { hex } from '@netlayers/testkit';
import { compressionOf, WebSocketConnection, WebSocketError } from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it } from 'vitest';
import { close, ping, pong, TEXT, text } from '../support/autobahn.js';
import { End } from '../support/end.js';
import { frame, join, utf8 } from '../support/frames.js';
import { ListSink } from '../support/list-sink.js';

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof WebSocketError) return error.code;
    throw error;
  }
  return 'fine';
};

const PARAMETERS = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const compressed = (role: 'client' | 'server') =>
  compressionOf(role, PARAMETERS, { codec: nodeDeflate(), thresholdBytes: 0 });

describe('the examples of the RFC', () => {
  it('are read by a client [RFC 6455 5.7]', () => {
    const end = new End('client');
    end.receiveBytes(
      hex`81 05 48 65 6c 6c 6f | 01 03 48 65 6c | 80 02 6c 6f | 89 05 48 65 6c 6c 6f`,
    );
    expect(end.messages).toEqual(['Hello', 'Hello']);
    expect(end.events).toEqual(['text 5', 'text 5', 'ping 5']);
  });

  it('are read by a server [RFC 6455 5.7]', () => {
    const end = new End('server');
    end.receiveBytes(hex`81 85 37 fa 21 3d 7f 9f 4d 51 58 | 8a 85 37 fa 21 3d 7f 9f 4d 51 58`);
    expect(end.events).toEqual(['text 5', 'pong 5']);
  });

  it('are written by a server [RFC 6455 5.7]', () => {
    const end = new End('server');
    end.connection.sendMessage('text', utf8('Hello'));
    expect(end.sink.take()).toEqual(hex`81 05 48 65 6c 6c 6f`);
    end.connection.sendMessage('binary', new Uint8Array(256));
    expect(end.sink.take().subarray(0, 4)).toEqual(hex`82 7e 01 00`);
    end.connection.sendMessage('binary', new Uint8Array(65_536));
    expect(end.sink.take().subarray(0, 10)).toEqual(hex`82 7f 00 00 00 00 00 01 00 00`);
  });
});

describe('lengths', () => {
  const hostile: [string, Uint8Array, string][] = [
    ['with its highest bit set', hex`82 ff 80 00 00 00 00 00 00 00`, 'invalid-length'],
    ['of 2^63 - 1', hex`82 ff 7f ff ff ff ff ff ff ff`, 'frame-too-large'],
    ['of 2^53', hex`82 ff 00 20 00 00 00 00 00 00`, 'frame-too-large'],
    ['of 125 in two octets', hex`82 fe 00 7d`, 'length-not-minimal'],
    ['of 65535 in eight octets', hex`82 ff 00 00 00 00 00 00 ff ff`, 'length-not-minimal'],
    ['of a ping in two octets', hex`89 fe 00 7e`, 'control-too-long'],
  ];
  for (const [what, bytes, code] of hostile) {
    it(`${what} is refused at its last octet, without waiting for more [RFC 6455 5.2]`, () => {
      const end = new End('server').receiveBytes(bytes, 1);
      expect(end.events).toEqual([`error ${code}`]);
      expect(end.sink.isEnded).toBe(true);
      // Nothing that follows changes anything.
      end.receive([text()]);
      end.connection.handleEnd();
      expect(end.events.length).toBe(1);
    });
  }

  it('above the limit are refused before the payload comes [RFC 6455 10.4]', () => {
    const end = new End('server', { limits: { messageBytes: 1000 } });
    end.receiveBytes(hex`82 fe 03 e8 00 00 00 00`);
    expect(end.events).toEqual([]);
    const other = new End('server', { limits: { messageBytes: 1000 } });
    other.receiveBytes(hex`82 fe 03 e9`);
    expect(other.events).toEqual(['error frame-too-large']);
    expect(other.sent()[0]?.payload).toEqual(hex`03 f1`);
  });

  it('of all fragments count together [RFC 6455 10.4]', () => {
    const end = new End('server', { limits: { messageBytes: 1000 } });
    end.receive([{ fin: false, opcode: 2, payload: new Uint8Array(900) }]);
    end.receive([{ opcode: 0, payload: new Uint8Array(101) }]);
    expect(end.events).toEqual(['error message-too-large']);
  });

  it('of one message do not count for the next', () => {
    const end = new End('server', { limits: { messageBytes: 1000, fragments: 2 } });
    for (let n = 0; n < 5; n++) {
      end.receive([{ fin: false, opcode: 2, payload: new Uint8Array(900) }, { opcode: 0 }]);
    }
    expect(end.events.length).toBe(5);
    expect(end.error).toBe(null);
  });

  it('of control frames have nothing to do with the limit', () => {
    const end = new End('server', { limits: { messageBytes: 10, frameBytes: 10 } });
    end.receive([ping('x'.repeat(125))]);
    expect(end.events).toEqual(['ping 125']);
  });
});

describe('masks', () => {
  it('must be there from a client, and not from a server [RFC 6455 5.1]', () => {
    const server = new End('server').receiveBytes(frame(text()));
    expect(server.events).toEqual(['error not-masked']);
    const client = new End('client').receiveBytes(frame({ ...text(), masked: true }));
    expect(client.events).toEqual(['error masked']);
    expect(client.sent()[0]?.payload).toEqual(hex`03 ea`);
  });

  it('are another one for each frame [RFC 6455 5.3]', () => {
    const end = new End('client');
    for (let n = 0; n < 50; n++) end.connection.sendMessage('text', utf8('aaaa'));
    const bytes = end.sink.take();
    const keys = Array.from({ length: 50 }, (_, n) =>
      bytes.subarray(n * 10 + 2, n * 10 + 6).join(),
    );
    expect(new Set(keys).size).toBe(50);
  });

  it("leave the program's octets alone [RFC 6455 5.3]", () => {
    const end = new End('client');
    const octets = new Uint8Array(100_000).fill(7);
    end.connection.sendMessage('binary', octets);
    expect(octets.every((octet) => octet === 7)).toBe(true);
    expect(Buffer.compare(end.sent()[0]!.payload, octets)).toBe(0);
  });
});

describe('floods', () => {
  it('of pings are answered by some, and by the latest [RFC 6455 5.5.3]', () => {
    const end = new End('server', { limits: { pongs: 3 } });
    end.receive(Array.from({ length: 1000 }, (_, n) => ping(`${n}`)));
    const payloads = end.sent().map(({ payload }) => Buffer.from(payload).toString());
    expect(payloads).toEqual(['0', '1', '2', '999']);
    // The next delivery is counted anew.
    end.receive([ping('a'), ping('b'), ping('c')]);
    expect(end.sent().length).toBe(3);
  });

  it('of pings of a peer that does not read keep one answer [RFC 6455 5.5.3]', () => {
    const end = new End('server');
    end.sink.hasRoom = false;
    for (let n = 0; n < 500; n++) end.receive([ping(`${n}`)]);
    expect(end.sent().length).toBe(1);
    end.sink.hasRoom = true;
    end.connection.handleDrain();
    expect(end.sent().map(({ payload }) => Buffer.from(payload).toString())).toEqual(['499']);
  });

  it('of empty fragments end at the limit [RFC 6455 10.4]', () => {
    const end = new End('server', { limits: { fragments: 100 } });
    end.receive([{ fin: false, opcode: TEXT }]);
    for (let n = 0; n < 200; n++) end.receive([{ fin: false, opcode: 0 }]);
    expect(end.events).toEqual(['error too-many-fragments']);
    expect(end.sent()[0]?.payload).toEqual(hex`03 f0`);
  });

  it('of decompressed octets end at the limit [RFC 7692 8]', () => {
    const bomb = compressed('client').deflater.compress(new Uint8Array(32 << 20), true);
    const end = new End('server', {
      limits: { messageBytes: 1 << 20 },
      compression: compressed('server'),
    });
    end.receive([{ rsv: 4, opcode: 2, payload: bomb }]);
    expect(end.events).toEqual(['error message-too-large']);
    expect(end.sent()[0]?.payload).toEqual(hex`03 f1`);
  });
});

describe('compressed messages', () => {
  it('say so in their first frame, and only there [RFC 7692 6.1]', () => {
    const end = new End('server', { compression: compressed('server') });
    end.connection.beginMessage('text');
    end.connection.sendPiece(utf8('Hello'));
    end.connection.sendPiece(utf8('Hello'));
    end.connection.endMessage();
    const frames = end.sent();
    expect(frames.map(({ rsv, opcode, fin }) => [rsv, opcode, fin])).toEqual([
      [4, 1, false],
      [0, 0, false],
      [0, 0, true],
    ]);
    expect(frames[2]?.payload).toEqual(hex`00`);
    const peer = new End('client', { compression: compressed('client') });
    peer.receive(frames.map(({ rsv, opcode, fin, payload }) => ({ rsv, opcode, fin, payload })));
    expect(peer.messages).toEqual(['HelloHello']);
  });

  const wrong: [string, object][] = [
    ['a continuation', { rsv: 4, opcode: 0 }],
    ['a ping', { rsv: 4, opcode: 9 }],
    ['RSV2 as well', { rsv: 6, opcode: 1 }],
  ];
  for (const [what, spec] of wrong) {
    it(`are not told by ${what} [RFC 7692 6.1]`, () => {
      const end = new End('server', { compression: compressed('server') });
      end.receive([{ fin: false, opcode: 2 }, spec as { opcode: number }]);
      expect(end.error?.code).toBe('reserved-bits');
    });
  }

  it('that do not decompress, or to what is not UTF-8, are refused [RFC 7692 7.2.2]', () => {
    const end = new End('server', { compression: compressed('server') });
    end.receive([{ rsv: 4, opcode: 1, payload: hex`ff ff` }]);
    expect(end.events).toEqual(['error invalid-deflate']);
    const { deflater } = compressed('client');
    const other = new End('server', { compression: compressed('server') });
    other.receive([{ rsv: 4, opcode: 1, payload: deflater.compress(hex`ce`, true) }]);
    expect(other.events).toEqual(['error invalid-utf8']);
  });

  it('may come between others that are not [RFC 7692 6.1]', () => {
    const { deflater } = compressed('client');
    const end = new End('server', { compression: compressed('server') });
    end.receive([
      text('plain'),
      { rsv: 4, opcode: 1, payload: deflater.compress(utf8('first'), true) },
      text('plain again'),
      { rsv: 4, opcode: 1, payload: deflater.compress(utf8('first'), true) },
      { rsv: 4, opcode: 1, payload: hex`00` },
    ]);
    expect(end.messages).toEqual(['plain', 'first', 'plain again', 'first', '']);
  });
});

describe('closing', () => {
  it('is answered once, and the server ends the stream [RFC 6455 7.1.1]', () => {
    const server = new End('server').receive([close(3000, 'bye')]);
    expect(server.events).toEqual(['close 3000 bye']);
    expect(server.sent().map(({ payload }) => payload)).toEqual([hex`0b b8`]);
    expect([server.sink.isEnded, server.connection.state]).toEqual([true, 'CLOSED']);
  });

  it('lets the client wait for the server to end the stream [RFC 6455 7.1.1]', () => {
    const client = new End('client');
    client.connection.close(1000, 'done');
    expect(client.connection.state).toBe('CLOSING');
    client.receive([close(1000)]);
    expect([client.sink.isEnded, client.connection.state]).toEqual([false, 'CLOSED']);
    client.connection.handleEnd();
    expect(client.sink.isEnded).toBe(true);
    expect(client.events).toEqual(['close 1000']);
    expect(client.sent().length).toBe(1);
  });

  it('of both ends at once needs no answer [RFC 6455 7.1.1]', () => {
    const server = new End('server');
    server.connection.close(1001);
    server.receive([close(1000)]);
    expect(server.sent().map(({ payload }) => payload)).toEqual([hex`03 e9`]);
    expect(server.sink.isEnded).toBe(true);
  });

  it('still reads messages until the answer comes [RFC 6455 5.5.1]', () => {
    const end = new End('server');
    end.connection.close(1000);
    end.receive([text('late'), ping('x'), close(1000), text('too late')]);
    expect(end.events).toEqual(['text 4', 'ping 1', 'close 1000']);
    expect(end.sent().length).toBe(1);
  });

  it('without a Close frame is an error [RFC 6455 7.1.5]', () => {
    for (const role of ['server', 'client'] as const) {
      const end = new End(role).receive([text()]);
      end.connection.handleEnd();
      expect(end.events).toEqual(['text 13', 'error no-close']);
      expect(end.error?.closeCode).toBe(1006);
      expect([end.sink.isEnded, end.connection.state]).toEqual([true, 'CLOSED']);
    }
  });

  it('forbids to send anything behind it [RFC 6455 5.5.1]', () => {
    const { connection } = new End('server');
    connection.close(1000);
    connection.close(1001);
    expect(codeOf(() => connection.sendMessage('text', utf8('x')))).toBe('not-open');
    expect(codeOf(() => connection.beginMessage('text'))).toBe('not-open');
    expect(codeOf(() => connection.ping())).toBe('not-open');
    expect(codeOf(() => connection.pong())).toBe('not-open');
  });

  it('takes no code that is never sent, and no long reason [RFC 6455 7.4]', () => {
    const { connection, sink } = new End('server');
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1.5, Number.NaN]) {
      expect(codeOf(() => connection.close(code))).toBe('invalid-argument');
    }
    expect(codeOf(() => connection.close(1000, 'x'.repeat(124)))).toBe('invalid-argument');
    expect(codeOf(() => connection.close(1000, '€'.repeat(42)))).toBe('invalid-argument');
    expect(codeOf(() => connection.close(undefined, 'x'))).toBe('invalid-argument');
    expect([connection.state, sink.take().length]).toEqual(['OPEN', 0]);
    connection.close(1000, '€'.repeat(41));
    expect(connection.state).toBe('CLOSING');
  });
});

describe('commands', () => {
  it('do not mix messages [RFC 6455 5.4]', () => {
    const { connection } = new End('server');
    expect(codeOf(() => connection.sendPiece(utf8('x')))).toBe('wrong-state');
    expect(codeOf(() => connection.endMessage())).toBe('wrong-state');
    connection.beginMessage('text');
    expect(connection.isInsideMessage).toBe(true);
    expect(codeOf(() => connection.sendMessage('text', utf8('x')))).toBe('wrong-state');
    expect(codeOf(() => connection.beginMessage('text'))).toBe('wrong-state');
    connection.ping(utf8('between'));
    connection.endMessage();
    expect(codeOf(() => connection.ping(new Uint8Array(126)))).toBe('invalid-argument');
  });

  it('tell whether there is room [RFC 6455 6.1]', () => {
    const { connection, sink } = new End('client');
    expect(connection.sendMessage('binary', new Uint8Array(50_000))).toBe(true);
    sink.hasRoom = false;
    expect(connection.sendMessage('binary', new Uint8Array(50_000))).toBe(false);
    expect(connection.ping()).toBe(false);
  });

  it('are refused with limits that are none', () => {
    const make = (limits: object) => () => new End('server', { limits });
    expect(make({ messageBytes: -1 })).toThrow(RangeError);
    expect(make({ fragments: Number.NaN })).toThrow(RangeError);
  });
});

describe('input', () => {
  const THREE = [text('a'), text('b'), text('c'), close(1000)];

  it('waits while paused, message by message, and the sink is paused', () => {
    const end = new End('server');
    const { connection } = end;
    const handle = end.handleMessageEnd.bind(end);
    end.handleMessageEnd = () => {
      handle();
      connection.pause();
    };
    end.receive(THREE);
    expect(end.messages).toEqual(['a']);
    expect(end.sink.isPaused).toBe(true);
    connection.handleEnd();
    connection.resume();
    expect(end.messages).toEqual(['a', 'b']);
    expect(end.sink.isPaused).toBe(true);
    connection.resume();
    connection.resume();
    expect(end.events).toEqual(['text 1', 'text 1', 'text 1', 'close 1000']);
    connection.resume();
    expect(end.sink.isPaused).toBe(false);
  });

  it('that comes from inside of a write waits its turn, and cuts no frame', () => {
    const end = new End('client', { echoes: true });
    let answers = 0;
    end.sink.onwrite = () => {
      if (answers++ < 20) end.receiveBytes(join(frame(ping('x')), frame(text('y'))));
    };
    end.connection.sendMessage('binary', new Uint8Array(60_000).fill(1));
    const frames = end.sent();
    expect(frames[0]?.payload.length).toBe(60_000);
    expect(frames.filter(({ opcode }) => opcode === 10).length).toBe(20);
    expect(frames.filter(({ opcode }) => opcode === 1).length).toBe(20);
    expect(end.sink.corks).toBe(0);
  });

  it('whose handler throws ends the connection, and the error comes out', () => {
    const sink = new ListSink();
    const boom = new Error('boom');
    const connection = new WebSocketConnection(
      sink,
      {
        handleMessageStart: () => {},
        handleMessageData: () => {},
        handleMessageEnd: () => {
          throw boom;
        },
        handleCloseFrame: () => {},
        handleError: () => {},
      },
      { role: 'client', random: () => 0 },
    );
    const bytes = frame(text());
    expect(() => connection.handleData(bytes, 0, bytes.length)).toThrow(boom);
    expect([connection.state, sink.isEnded]).toEqual(['CLOSED', true]);
    expect(sink.take()).toEqual(hex`88 82 00 00 00 00 03 f3`);
  });

  it('of pongs tells what they carry [RFC 6455 5.5.3]', () => {
    const end = new End('client').receive([pong('1234')]);
    expect(end.events).toEqual(['pong 4']);
  });
});
