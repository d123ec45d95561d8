/**
 * Reads SACK blocks into the send map (RFC 2018, 6675) and recognises duplicates that the peer
 * reports (D-SACK, RFC 2883).
 *
 * A block counts only if it lies in what is in flight; it cuts records at its edges, but a peer that
 * sets its edges inside of segments cannot make the map grow without bound: beyond a limit whole
 * records are marked only.
 */

import type { Sender } from '../connection/sender.js';
import type { TcpHeader } from '../wire/header.js';
import { type Seq, seq, seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../wire/seq.js';
import type { Acknowledgment } from './acknowledgment.js';

/** Records beyond twice what full segments would need, before blocks stop cutting them. */
const SPARE_RECORDS = 64;

/** Marks what the blocks of `seg` report, after its ACK field was taken. */
export function takeBlocks(snd: Sender, seg: TcpHeader, ack: Acknowledgment): void {
  let first = 0;
  if (isDuplicateBlock(snd, seg, ack)) {
    noteDuplicate(snd, seg, ack);
    first = 1;
  }
  for (let block = first; block < seg.sackCount; block++) {
    const left = seq(seg.sackEdges[block * 2]!);
    const right = seq(seg.sackEdges[block * 2 + 1]!);
    // RFC 2018, 8 trusts no report beyond what was sent; what lies below SND.UNA is old.
    if (!seqLt(left, right) || seqGt(right, snd.nxt) || seqLe(right, snd.una)) continue;
    markRange(snd, seqMax(left, snd.una), right, ack);
  }
}

/** RFC 2883, 4: the first block repeats what the ACK field covers, or lies inside of the second one. */
function isDuplicateBlock(snd: Sender, seg: TcpHeader, ack: Acknowledgment): boolean {
  const { sackEdges } = seg;
  const left = seq(sackEdges[0]!);
  const right = seq(sackEdges[1]!);
  if (!seqLt(left, right)) return false;
  // What was acknowledged more than a window ago is nobody's duplicate.
  if (
    seqDiff(snd.una, left) >
    Math.max(snd.maxWnd, snd.flightSize) + seqDiff(snd.una, ack.priorUna)
  ) {
    return false;
  }
  if (seqLt(left, seg.ack)) return seqLe(right, seg.ack);
  // What was never sent was not received twice.
  if (seqGt(right, snd.nxt)) return false;
  return seg.sackCount > 1 && seqLe(seq(sackEdges[2]!), left) && seqGe(seq(sackEdges[3]!), right);
}

function noteDuplicate(snd: Sender, seg: TcpHeader, ack: Acknowledgment): void {
  const { recovery } = snd;
  const left = seq(seg.sackEdges[0]!);
  const right = seq(seg.sackEdges[1]!);
  ack.hasDsack = true;
  // What was acknowledged before the recovery began was not repeated by it.
  ack.dsackBytes = Math.max(0, seqDiff(right, seqMax(left, recovery.undoFrom)));
  ack.dsackOfProbe = recovery.isProbeOut && recovery.isProbeRepeat && right === recovery.probeEnd;
}

/** Marks the records of `[left, right)`, which lies inside of the flight. */
function markRange(snd: Sender, left: Seq, right: Seq, ack: Acknowledgment): void {
  const { map } = snd;
  const mayCut = map.size < (2 * snd.flightSize) / snd.mss + SPARE_RECORDS;
  let index = map.find(left);
  while (index < map.size && seqLt(map.start(index), right)) {
    if (map.isSacked(index)) {
      index++;
      continue;
    }
    if (seqLt(map.start(index), left)) {
      if (mayCut) map.cut(index, left);
      index++;
      continue;
    }
    if (seqGt(map.end(index), right)) {
      if (!mayCut) return;
      map.cut(index, right);
    }
    ack.sackedBytes += map.length(index);
    ack.deliver(snd, ack.read(map, index));
    index = map.markSacked(index) + 1;
  }
}
