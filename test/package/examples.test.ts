import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../e2e/browser.ts';
import { StartedService } from '../e2e/started-service.ts';
import { root, run } from './installed.ts';

const web = join(root, 'examples/web');
const reactNative = join(root, 'examples/react-native');

describe('examples/react-native', () => {
  it('is set up, checked and bundled as its README says', async () => {
    await run(reactNative, 'npm', 'run', 'setup');
    await run(reactNative, 'npm', 'run', 'check');
    const said = await run(reactNative, 'npm', 'run', 'bundle');
    expect(said).toContain('bundle');
  }, 600_000);
});

describe('examples/web', () => {
  let service: StartedService | undefined;
  let preview: ChildProcess | undefined;
  let browser: Browser | undefined;
  let origin = '';

  beforeAll(async () => {
    await run(web, 'npm', 'run', 'setup');
    await run(web, 'npm', 'run', 'check');
    await run(web, 'npm', 'run', 'build');
    if (!chromiumPath) return;
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const vite = join(web, 'node_modules/vite/bin/vite.js');
    const options = ['preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort'];
    preview = spawn(process.execPath, [vite, ...options], { cwd: web, stdio: 'pipe' });
    [browser, service] = await Promise.all([
      launchBrowser('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'),
      StartedService.start(0.2, ['--cors-origins', origin]),
      once(preview.stdout as NodeJS.ReadableStream, 'data'),
    ]);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    preview?.kill();
    await service?.stop();
  });

  async function open(path: string, sla = 20_000): Promise<Page> {
    const page = await (browser as Browser).newPage();
    const query = new URLSearchParams({ endpoint: service?.url ?? '', sla: String(sla) });
    await page.goto(`${origin}/${path}?${query}&device=nano-24`);
    return page;
  }

  /** What the page says of the answer, for tests like this one. */
  async function answerOf(page: Page): Promise<Record<string, string | undefined>> {
    const output = page.locator('#answer[data-label]');
    await output.waitFor({ timeout: 60_000 });
    return await output.evaluate((element) => ({
      ...(element as unknown as { dataset: Record<string, string | undefined> }).dataset,
    }));
  }

  describe.skipIf(!chromiumPath)('in a browser', () => {
    it.each(['index.html', 'react.html'])('says what is in a photo: %s', async (path) => {
      const page = await open(path);
      await page.setInputFiles('#photo', join(root, 'models/shapes/samples/gear.jpg'));
      const { label, source, totalMs, inTime } = await answerOf(page);
      expect({ label, source, inTime }).toEqual({ label: 'gear', source: 'cloud', inTime: 'true' });
      expect(Number(totalMs)).toBeGreaterThan(0);
      await page.close();
    });

    it('classifies what the camera shows', async () => {
      const page = await open('camera.html');
      await page.locator('#status', { hasText: 'Ready' }).waitFor();
      await page.click('#look');
      expect((await answerOf(page)).source).toBe('cloud');
      await page.close();
    });

    it('is answered by the device when there is no service', async () => {
      const page = await (browser as Browser).newPage();
      await page.goto(`${origin}/?endpoint=http://127.0.0.1:1&sla=20000&device=nano-24`);
      await page.setInputFiles('#photo', join(root, 'models/shapes/samples/gear.jpg'));
      expect((await answerOf(page)).source).toBe('device');
      await page.close();
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
