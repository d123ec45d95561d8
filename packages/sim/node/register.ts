/**
 * Diverts Node's functions, once for the process; imported by itself it belongs in front of every
 * other import (`setupFiles` of a test runner, `node --import`), so that a program's packages find
 * the diverted ones. While no simulation runs Node is as it was.
 *
 * Nothing is awaited here: a module that waits lets its siblings be loaded before it.
 */

// Takes the host's own timers and turns when it is loaded: before they are diverted.
import '@netlayers/host';
import { syncBuiltinESMExports } from 'node:module';
import { divertClocks } from './clocks.js';
import { divertCompilations } from './compilations.js';
import { divertFiles } from './files.js';
import { divertIdleTimes } from './idle-times.js';
import { divertMachine } from './machine.js';
import { divertNames } from './names.js';
import { keepOwners } from './ownership.js';
import { divideAgents } from './pools.js';
import { divertRandomness } from './randomness.js';
import { divertServerTimes } from './server-times.js';
import { divertSockets } from './sockets.js';
import { divertThreads } from './threads.js';
import { divertTimers } from './timers.js';
import { closeWaysOut } from './ways-out.js';

// What reads Node's own timers comes before they are diverted.
divertIdleTimes();
divertServerTimes();
divertTimers();
divertClocks();
divertRandomness();
divertNames();
divertMachine();
divertSockets();
keepOwners();
closeWaysOut();
divertThreads();
divertFiles();
divertCompilations();
divideAgents();
syncBuiltinESMExports();
