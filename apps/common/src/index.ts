/**
 * What the commands share: how options for our own TCP are read, and the chain from a TUN device to
 * a transport. Private: each command carries its copy inside of its bundle.
 *
 * Whatever reads the command line itself is behind `@netlayers/common/command-line`, with all that
 * `--help` prints. What stands on the stack is not here either: the transport loads it when it is wanted.
 *
 * @packageDocumentation
 */

export { CaptureError } from './capture-error.js';
export type { ChainLog } from './chain-log.js';
export { type Colors, colorsOf, takesColors } from './colors.js';
export { checkDevice, deviceOptions } from './device-options.js';
export { ipv4Address, secondsInMs, wholeNumber } from './option-values.js';
export { isNotHere, type OpenTransport, openTransport } from './transport.js';
export { chooseTransport, type GivenTransport, type TransportChoice } from './transport-choice.js';
export {
  type GivenTunOptions,
  TUN_OPTION_NAMES,
  type TunSettings,
  tunSettingsOf,
} from './tun-settings.js';
export type { SharedHost, TunStack } from './tun-stack.js';
export { UsageError } from './usage-error.js';
export { VERBOSITIES, type Verbosity } from './verbosity.js';
