/** What has arrived twice, as the receiver reports it (RFC 2883, 4). */

import { describe, expect, it } from 'vitest';
import { established, type Script } from '../support/fake-peer.js';

const withSack = (): Script =>
  established({ settings: { sack: true }, options: { mss: 1000, sackOk: true } });

describe('a report of duplicates', () => {
  it('has the segment that was acknowledged before, once [RFC 2883 4.1.1]', () => {
    const script = withSack();
    script.sends({ seq: 1, data: 500 });
    script.sends({ seq: 501, data: 500 });
    script.take();
    script.sends({ seq: 1, data: 500 });
    script.expects([{ ack: 1001, sack: [1, 501] }]);
    script.sends({ seq: 901, data: 50 });
    script.expects([{ ack: 1001, sack: [901, 951] }]);
    script.write('x');
    script.expects([{ ack: 1001, len: 1, sack: [] }]);
  });

  it('comes before the blocks of what lies beyond gaps [RFC 2883 4.1.1]', () => {
    const script = withSack();
    script.sends({ seq: 1, data: 500 });
    script.sends({ seq: 1001, data: 500 });
    script.take();
    script.sends({ seq: 1, data: 500 });
    script.expects([{ ack: 501, sack: [1, 501, 1001, 1501] }]);
  });

  it('has the part of a segment that was there before [RFC 2883 4.2]', () => {
    const script = withSack();
    script.sends({ seq: 1, data: 500 });
    script.take();
    script.sends({ seq: 301, data: 2000 });
    script.expects([{ ack: 2301, sack: [301, 501] }]);
  });

  it('has what lies in a block already, and the block behind it [RFC 2883 4.1.2]', () => {
    const script = withSack();
    script.sends({ seq: 501, data: 500 });
    script.sends({ seq: 1501, data: 1000 });
    script.take();
    script.sends({ seq: 1601, data: 300 });
    script.expects([{ ack: 1, sack: [1601, 1901, 1501, 2501, 501, 1001] }]);
    script.sends({ seq: 801, data: 500 });
    script.expects([{ ack: 1, sack: [801, 1001, 501, 1301, 1501, 2501] }]);
  });

  it('takes the place of the last block where there is no room [RFC 2883 4]', () => {
    const script = withSack();
    for (let seq = 1001; seq < 6000; seq += 1000) script.sends({ seq, data: 100 });
    script.take();
    script.sends({ seq: 5001, data: 100 });
    script.expects([{ sack: [5001, 5101, 5001, 5101, 4001, 4101, 3001, 3101] }]);
  });

  it('is made by nobody who has not agreed on SACK [RFC 2018 2]', () => {
    const script = established();
    script.sends({ seq: 1, data: 500 });
    script.take();
    script.sends({ seq: 1, data: 500 });
    script.expects([{ ack: 501, sack: [] }]);
    expect(script.conn.rcv.ranges).toBe(null);
  });
});
