import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { setTunMode } from '@netlayers/testkit/tun-node';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../packaging/workspace.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
// The order matters: the node is made in a mount namespace, which is root's to make.
enterNetworkNamespace();
const node = setTunMode(0o600);
const isSkipped = !isRoot || !node.available;
if (isSkipped) console.log('npm run demo with a closed /dev/net/tun is not tested: it takes root');

describe.skipIf(isSkipped)('npm run demo as a user who may not open /dev/net/tun', () => {
  it('says the whole cure in one line', async () => {
    const demo = spawn(process.execPath, [join(ROOT, 'examples/dist/demo.js')], {
      uid: NOBODY,
      gid: NOBODY,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, error] = ['', ''];
    demo.stdout.on('data', (text) => (out += text));
    demo.stderr.on('data', (text) => (error += text));
    const [code] = await once(demo, 'close');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toMatch(/^netlayers: [^\n]*sudo chmod 0666 \/dev\/net\/tun[^\n]*\n$/);
  });
});
