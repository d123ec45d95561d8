/**
 * What middleware does with an answer, now or later: one that is there at once costs no promise.
 */

import type { Response } from '@netlayers/http';
import type { Answer } from '@netlayers/server';

/** Lets a response be changed once it is there; what was thrown goes on outwards. */
export const after = (answer: Answer, change: (response: Response) => Answer): Answer =>
  'then' in answer ? answer.then(change) : change(answer);
