import { expect, test } from 'vitest';
import { EXPECTED, twoRequests } from './program.mjs';

test.each([1, 2])('seed %i', async (seed) => expect(await twoRequests(seed)).toEqual(EXPECTED));
