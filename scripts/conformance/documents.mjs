/** The RFCs whose clauses tests name, in the order of `docs/rfc9293.md`. */

import { others } from './others.mjs';
import { rfc5681 } from './rfc5681.mjs';
import { rfc5961 } from './rfc5961.mjs';
import { rfc6298 } from './rfc6298.mjs';
import { rfc6675 } from './rfc6675.mjs';
import { rfc7323 } from './rfc7323.mjs';
import { rfc8985 } from './rfc8985.mjs';
import { rfc9293 } from './rfc9293.mjs';
import { rfc9438 } from './rfc9438.mjs';

export const documents = [
  rfc9293,
  rfc5681,
  rfc5961,
  rfc6298,
  rfc6675,
  rfc7323,
  rfc8985,
  rfc9438,
  ...others,
];
