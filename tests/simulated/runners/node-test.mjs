import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPECTED, twoRequests } from './program.mjs';

for (const seed of [1, 2]) {
  test(`seed ${seed}`, async () => assert.deepEqual(await twoRequests(seed), EXPECTED));
}
