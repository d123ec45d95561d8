/**
 * Chromium without a window, with a profile of its own, on a page.
 */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, stop } from './tools.js';

/** Opens a page; what is returned closes the browser. */
export function openChromium(url: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'netlayers-chromium-'));
  const flags = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run'];
  const quiet = ['disable-background-networking', 'disable-component-update', 'disable-sync'];
  const options = [...flags, ...quiet, `user-data-dir=${profile}`].map((flag) => `--${flag}`);
  const browser = start('chromium', [...options, url]);
  browser.stdout?.resume();
  browser.stderr?.resume();
  // Its children write into the profile for a moment longer; they hold its output open.
  const gone = once(browser, 'close');
  return async () => {
    await stop(browser);
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
}
