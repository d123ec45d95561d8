/**
 * Bytes as a test reads them: `` hex`45 00 0028` `` is five bytes. White space and `|` are free.
 */

/** Builds bytes from hex digits; interpolated values are spliced in as they are. */
export function hex(parts: TemplateStringsArray, ...values: readonly Uint8Array[]): Uint8Array {
  const bytes: number[] = [];
  parts.forEach((part, index) => {
    const digits = part.replace(/[\s|]+/g, '');
    if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) {
      throw new TypeError(`not whole bytes of hex: "${part}"`);
    }
    for (let at = 0; at < digits.length; at += 2) {
      bytes.push(Number.parseInt(digits.slice(at, at + 2), 16));
    }
    bytes.push(...(values[index] ?? []));
  });
  return Uint8Array.from(bytes);
}
