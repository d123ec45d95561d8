/**
 * CRC-32C (Castagnoli; RFC 9260, appendix A): what a PROXY header of version 2 may be checked with.
 */

/** The polynomial 0x1EDC6F41, its bits reversed. */
const POLYNOMIAL = 0x82f6_3b78;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value >>> 0;
});

/**
 * The checksum of `buf[start..end)`, a uint32.
 *
 * @param zeroAt where four octets count as zero: the checksum itself; -1 for nowhere.
 */
export function crc32c(buf: Uint8Array, start: number, end: number, zeroAt = -1): number {
  let sum = 0xffff_ffff;
  for (let at = start; at < end; at++) {
    const octet = zeroAt >= 0 && at >= zeroAt && at < zeroAt + 4 ? 0 : buf[at]!;
    sum = (sum >>> 8) ^ TABLE[(sum ^ octet) & 0xff]!;
  }
  return (sum ^ 0xffff_ffff) >>> 0;
}
