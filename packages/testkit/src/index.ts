/**
 * What tests of several packages share. Private: never published, imported by tests only.
 *
 * @packageDocumentation
 */

export { hex } from './hex.js';
export { ManualClock } from './manual-clock.js';
export { RecordingDevice, type SentPacket } from './recording-device.js';
export { type SeededRandom, seededRandom } from './seeded-random.js';
