import { describe, expect, it } from 'vitest';
import {
  explainAttach,
  explainOpen,
  explainReading,
  explainSetting,
} from '../src/explain-errno.js';
import { Errno } from '../src/linux.js';

const attached = { name: 'tun0', address: '10.0.0.2', peer: '10.0.0.3' };
const subject = { ...attached, name: 'tun%d' };

describe('explaining an errno', () => {
  it.each([
    [explainOpen(Errno.ENOENT, subject), 'ENOENT', 'sudo modprobe tun'],
    [
      explainOpen(Errno.EACCES, subject),
      'EACCES',
      'run with sudo, or sudo chmod 0666 /dev/net/tun',
    ],
    [explainOpen(Errno.EACCES, subject), 'EACCES', 'sudo setcap cap_net_admin=ep'],
    [
      explainOpen(Errno.EACCES, subject),
      'EACCES',
      'sudo ip tuntap add dev tun0 mode tun user $(id',
    ],
    [explainOpen(Errno.EPERM, subject), 'EPERM', '--device /dev/net/tun --cap-add NET_ADMIN'],
    [explainOpen(Errno.ENODEV, subject), 'ENODEV', 'sudo modprobe tun'],
    [explainOpen(Errno.ENXIO, subject), 'ENODEV', 'sudo modprobe tun'],
    [explainOpen(24, subject), 'EINVAL', 'errno 24'],
    [
      explainAttach(Errno.EPERM, subject),
      'EPERM',
      'sudo ip tuntap add dev tun0 mode tun user $(id -un)',
    ],
    [
      explainAttach(Errno.EPERM, subject),
      'EPERM',
      'ip address add 10.0.0.3 peer 10.0.0.2 dev tun0',
    ],
    [explainAttach(Errno.EBUSY, subject), 'EBUSY', 'sudo fuser -v /dev/net/tun'],
    [explainAttach(Errno.EINVAL, { ...subject, name: 'lo' }), 'EINVAL', 'ip -d link show lo'],
    [explainAttach(Errno.EINVAL, subject), 'EINVAL', 'a new TUN device cannot be opened'],
    [explainAttach(Errno.EPERM, subject), 'EPERM', 'a new TUN device may not be created'],
    [explainAttach(12, subject), 'EINVAL', 'errno 12'],
    [
      explainSetting(Errno.EPERM, 'the MTU of tun0', 'ip link set tun0 mtu 9000', attached),
      'EPERM',
      'sudo ip link set tun0 mtu 9000',
    ],
    [explainSetting(Errno.EEXIST, 'the route', 'x', attached), 'EADDRINUSE', 'ip route show'],
    [
      explainSetting(Errno.EINVAL, 'the MTU of tun0', 'x', attached),
      'EINVAL',
      'setting the MTU of tun0 failed',
    ],
    [explainReading(Errno.ENODEV, attached), 'ENODEV', 'ip address show'],
  ])('gives %s', (error, code, advice) => {
    expect(error.name).toBe('TunError');
    expect(error.code).toBe(code);
    expect(error.message).toContain(advice);
    expect(error.message, 'one line').not.toContain('\n');
    expect(error.message, 'words for people').not.toContain('%d');
  });
});
