import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium is on this machine; undefined when there is none. */
export const chromiumPath = [
  process.env.CHROME_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));

if (!chromiumPath) {
  console.warn('No browser: end-to-end tests are skipped (install chromium, or set CHROME_PATH)');
}

/**
 * Starts Chromium without a window, and without asking anybody else for anything.
 *
 * @param more - further switches
 */
export async function launchBrowser(...more: string[]): Promise<Browser> {
  return await chromium.launch({
    ...(chromiumPath && { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}
