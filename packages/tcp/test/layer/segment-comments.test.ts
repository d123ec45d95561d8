import { segmentComments } from '@netlayers/tcp';
import { expect, it } from 'vitest';
import { established } from '../support/fake-peer.js';

it('comments on each segment that is sent, once, and on nothing else', () => {
  const comments = segmentComments();
  const seen: string[] = [];
  const script = established();
  const { observer } = script.tcp;
  script.tcp.observer = comments.observer({
    ...observer,
    segmentSent: (connection, header, buf, because) => {
      seen.push('other');
      observer?.segmentSent?.(connection, header, buf, because);
    },
  });
  expect(comments.take('outbound')).toBe(null);
  script.write(1000);
  expect(comments.take('inbound')).toBe(null);
  expect(comments.take('outbound')).toBe('new data; ESTABLISHED, cwnd 10000, in flight 0');
  expect(comments.take('outbound')).toBe(null);
  script.advance(200);
  expect(comments.take('outbound')).toMatch(/^retransmission timeout; ESTABLISHED, cwnd 1000/);
  expect(seen.length).toBe(2);
});

it('comments on each segment that came, once: what was decided, or why it was dropped', () => {
  const comments = segmentComments();
  const script = established();
  const { observer } = script.tcp;
  script.tcp.observer = comments.observer(observer ?? null);
  script.sends({ seq: 1, ack: 1, data: 100 });
  expect(comments.take('inbound')).toBe('accepted; ESTABLISHED');
  script.sends({ seq: 1, ack: 1, data: 100 });
  expect(comments.take('inbound')).toBe('duplicate; ESTABLISHED');
  script.sends({ seq: 101, ack: 1, data: 1, corrupt: true });
  expect(comments.take('inbound')).toBe('dropped: bad checksum');
  script.sends({ seq: 1, ack: 1, to: 81 });
  expect(comments.take('inbound')).toBe('dropped: no connection');
  expect(comments.take('inbound')).toBe(null);
});
