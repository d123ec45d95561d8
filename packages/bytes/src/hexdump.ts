/**
 * Bytes for a person to read: offset, sixteen bytes in hex, and their ascii where it prints.
 */

/** Formats `buf[start..end)` in lines of sixteen bytes; offsets count from `start`. */
export function hexdump(buf: Uint8Array, start = 0, end = buf.length): string {
  const lines: string[] = [];
  for (let at = start; at < end; at += 16) {
    const row = Array.from(buf.subarray(at, Math.min(at + 16, end)));
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    const offset = (at - start).toString(16).padStart(4, '0');
    lines.push(`${offset}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}
