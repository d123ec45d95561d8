import type { Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { MemoryTransport } from '@netlayers/testkit';
import { trueEnds } from './true-ends.js';

trueEnds('the TCP of the kernel', () => kernelTransport());
trueEnds('a pipe in memory', () => new MemoryTransport({ schedule: setImmediate }) as Transport);
