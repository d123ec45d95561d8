/** The RFCs whose clauses tests name, in the order of `docs/rfc9293.md`. */

import { rfc9293 } from './rfc9293.mjs';

export const documents = [rfc9293];
