/**
 * What tests of several packages share. Private: never published, imported by tests only.
 *
 * @packageDocumentation
 */

export type { Stream, StreamHandler, StreamListener, StreamTransport } from './byte-stream.js';
export { type ByteStreamSuiteOptions, byteStreamSuite } from './byte-stream-suite.js';
export { fuzzSeed } from './fuzz-seed.js';
export { hex } from './hex.js';
export { type LinkDeviceFixture, linkDeviceSuite } from './link-device-suite.js';
export { type ArrivedPacket, LinkProbe, type ProbedDevice } from './link-probe.js';
export { amount, LONG } from './long.js';
export { ManualClock } from './manual-clock.js';
export {
  MemoryStream,
  type MemoryStreamOptions,
  memoryStreamPair,
  type Schedule,
} from './memory-stream.js';
export { MemoryTransport, type MemoryTransportOptions } from './memory-transport.js';
export { RecordingDevice, type SentPacket } from './recording-device.js';
export { fillPattern, type PeerReactions, RecordingPeer } from './recording-peer.js';
export { type SeededRandom, seededRandom } from './seeded-random.js';
export { selfSigned } from './self-signed.js';
export { fixtureOf, type TransportFixture } from './stream-bench.js';
export type { SuiteExpectation, SuiteTools } from './suite-tools.js';
export {
  hasTransportChecksum,
  type TestPacketOptions,
  testPacket,
  testPacketHeaderLength,
} from './test-packet.js';
export { settleTurns, untilTurn } from './turns.js';
export { WrittenEnd } from './written-end.js';
