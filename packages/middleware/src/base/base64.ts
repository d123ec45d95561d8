/**
 * Octets as text for cookies and out of fields: base64 with the alphabet for URLs and without padding
 * (RFC 4648, 5), and the ordinary one back (RFC 4648, 4).
 */

/** Writes octets. */
export const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** Reads octets in either alphabet; `null` for what is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Chance as text, of so many octets. */
export const randomText = (octets: number): string =>
  base64Url(crypto.getRandomValues(new Uint8Array(octets)));
