import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample } from '../system/running-service.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { clientModules, PageServer } from './module-page.ts';
import { StartedService } from './started-service.ts';

/** What has been sent of an image, and what the service answered to it. */
interface Answered {
  readonly source: string;
  readonly label: string;
  readonly rung?: string;
  readonly view?: string;
}

describe.skipIf(!chromiumPath)('a page', () => {
  let server: PageServer;
  let service: StartedService;
  let browser: Browser;
  beforeAll(async () => {
    server = await PageServer.start(clientModules('index', 'web-images', 'image-worker'));
    [browser, service] = await Promise.all([
      launchBrowser(),
      StartedService.start(0.2, ['--cors-origins', server.url]),
    ]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await service?.stop();
  });

  it('sends the view as soon as the service has told of it, and is answered as before', async () => {
    // Twice as wide as what the models see, stored turned.
    const body = await sharp(sample.bytes)
      .resize(800, 800)
      .extend({ left: 300, right: 300, background: '#777' })
      .rotate(90)
      .withMetadata({ orientation: 8 })
      .jpeg()
      .toBuffer();
    server.files.set('/photo.jpg', { body, type: 'image/jpeg' });
    const page = await browser.newPage();
    await page.goto(server.url);
    const script = `(async () => {
      const { createClient } = await import('/index.js');
      const { webImages } = await import('/web-images.js');
      let upload;
      const client = createClient({
        endpoint: '${service.url}',
        slaMs: 20_000,
        images: webImages(),
        onEvent: (event) => { if (event.type === 'upload') upload = event.upload; },
      });
      const photo = await (await fetch('/photo.jpg')).blob();
      const answers = [];
      while (!answers.at(-1)?.view) {
        const { source, predictions: [{ label }] } = await client.classify(photo);
        answers.push({ source, label, rung: upload.rung, view: upload.view });
      }
      client.close();
      return answers;
    })()`;
    const answers = (await page.evaluate(script)) as Answered[];
    expect(answers.at(-1)).toMatchObject({ rung: 'view-jpeg-95', view: '192x192' });
    for (const answer of answers) {
      expect(answer).toMatchObject({ source: 'cloud', label: sample.label });
    }
  });
});
