/**
 * Lists with weights, as the Accept fields have them (RFC 9110, 12.4.2): which members a client
 * names, and how much it wants each.
 *
 * Parameters beside the weight are ignored. A member with a malformed weight says nothing; of one
 * that is named twice the greater weight counts. What stands behind the first 64 members is not looked
 * at: a list of thousands is no wish.
 */

import { listMembers } from './tokens.js';

/** Members in lower case, with their weights from 0 (not acceptable) to 1. */
export type Weights = ReadonlyMap<string, number>;

const MOST_MEMBERS = 64;

const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** Reads a list with weights. */
export function parseWeights(field: string): Weights {
  const weights = new Map<string, number>();
  for (const member of listMembers(field).slice(0, MOST_MEMBERS)) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
    const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    if (name === '' || !WEIGHT.test(given)) continue;
    weights.set(name, Math.max(Number(given), weights.get(name) ?? 0));
  }
  return weights;
}
