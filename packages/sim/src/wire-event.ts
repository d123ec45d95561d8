/**
 * What a network tells about each packet that is put on a link.
 */

/** What became of a packet. */
export type PacketFate =
  /** It is on its way. */
  | 'sent'
  | 'lost'
  | 'lost-in-burst'
  /** The queue in front of the rate was full. */
  | 'queue-full'
  /** The `drop` function of the link has said so. */
  | 'filtered'
  /** The link was down. */
  | 'link-down'
  /** A partition stands between its source and its destination. */
  | 'partitioned';

/** One packet on one link; the object is used again for the next one. */
export interface WireEvent {
  /** Virtual time at which the packet was sent. */
  atMs: number;
  /** When it arrives; meaningless unless its fate is `sent`. */
  arrivesAtMs: number;
  /** Names of the two ends. */
  from: string;
  to: string;
  /** Counts the packets of this direction from 0, as the `drop` of its impairments does. */
  index: number;
  fate: PacketFate;
  corrupted: boolean;
  /** Whether this is the second copy of the packet. */
  isCopy: boolean;
  reordered: boolean;
  /** The packet as it arrives is `buf[start..end)`, valid during the call. */
  buf: Uint8Array;
  start: number;
  end: number;
}

/** Is told about every packet. */
export type WireObserver = (event: Readonly<WireEvent>) => void;
