/**
 * The names of this package's options, for the check of what people hand in.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { defaultTcpSettings, type TcpSettings } from '@netlayers/tcp';
import type {
  StackConnectOptions,
  StackLink,
  StackListenOptions,
  StackOptions,
  UdpSocketOptions,
} from './stack-options.js';

/** Those of `createStack`, also for whoever makes stacks for others. */
export const STACK_OPTIONS: OptionNames<StackOptions> = {
  device: 'needed',
  address: 'needed',
  prefixLength: 'optional',
  addresses: 'optional',
  links: 'optional',
  forward: 'optional',
  acceptAny: 'optional',
  clock: 'optional',
  random: 'optional',
  scheduler: 'optional',
  tcp: 'optional',
  observer: 'optional',
  maxConnections: 'optional',
  maxTimeWait: 'optional',
  memoryLimit: 'optional',
  udpMemoryLimit: 'optional',
  ipv4: 'optional',
  resolve: 'optional',
  sharedSecret: 'optional',
  onUnclaimed: 'optional',
};

const LINK_OPTIONS: OptionNames<StackLink> = {
  device: 'needed',
  address: 'optional',
  networks: 'needed',
  mtu: 'optional',
};

const LISTEN_OPTIONS: OptionNames<StackListenOptions> = {
  host: 'optional',
  port: 'needed',
  backlog: 'optional',
  halfOpenLimit: 'optional',
  tcp: 'optional',
};

const CONNECT_OPTIONS: OptionNames<StackConnectOptions> = {
  host: 'needed',
  port: 'needed',
  localAddress: 'optional',
  localPort: 'optional',
  signal: 'optional',
  tcp: 'optional',
};

const UDP_OPTIONS: OptionNames<UdpSocketOptions> = {
  host: 'optional',
  port: 'optional',
  broadcast: 'optional',
  reuseAddress: 'optional',
  receiveBuffer: 'optional',
};

const TCP_SETTINGS = Object.fromEntries(
  Object.keys(defaultTcpSettings).map((name) => [name, 'optional']),
) as OptionNames<Partial<TcpSettings>>;

interface WithTcp {
  readonly tcp?: Partial<TcpSettings>;
}

const checked =
  <T extends WithTcp>(what: string, names: OptionNames<T>) =>
  (options: T): void => {
    checkOptions(what, options, names);
    if (options.tcp !== undefined) checkOptions(`tcp of ${what}`, options.tcp, TCP_SETTINGS);
  };

/** Each throws a TypeError that says in one line which option is unknown or missing. */
const checkStack = checked('createStack', STACK_OPTIONS);
export const checkStackOptions = (options: StackOptions): void => {
  checkStack(options);
  for (const link of options.links ?? []) checkOptions('a link', link, LINK_OPTIONS);
};
export const checkListenOptions = checked('listen', LISTEN_OPTIONS);
export const checkConnectOptions = checked('connect', CONNECT_OPTIONS);
export const checkUdpOptions = (options: UdpSocketOptions): void =>
  checkOptions('bindUdp', options, UDP_OPTIONS);
