/**
 * Which of some servers a key belongs to, by rendezvous: each server draws a number for the key, and
 * the highest wins. When a server goes, only its own keys move; a server of twice the weight has twice
 * the keys.
 */

/** FNV-1a, then a mixer: neighbouring keys are to be far apart. */
export function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** What a server of a weight draws for a key, from 0 up. */
export function drawOf(key: string, name: string, weight: number): number {
  const fraction = (hashOf(`${name}\n${key}`) + 0.5) / 0x1_0000_0000;
  return -weight / Math.log(fraction);
}
