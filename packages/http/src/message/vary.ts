/**
 * The `Vary` field (RFC 9110, 12.5.5), which several layers of a server have something to say in: what is
 * compressed, what other origins may read, what a folder chooses.
 */

import { listHas, listMembers } from '../grammar/tokens.js';
import type { Headers } from './headers.js';

/**
 * Says that a response depends on a field of its request too: in one line, with every name once. All
 * requests differ already where it is `*`.
 *
 * @param name of the field, a token.
 */
export function addVary(headers: Headers, name: string): void {
  const field = headers.get('vary');
  if (field === null) {
    headers.set('Vary', name);
    return;
  }
  const members: string[] = [];
  for (const member of [...listMembers(field), name]) {
    if (!listHas(members.join(','), member.toLowerCase())) members.push(member);
  }
  headers.set('Vary', members.includes('*') ? '*' : members.join(', '));
}
