import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { sample } from '../system/running-service.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { StartedService } from './started-service.ts';

/** An app's own server, with an empty page. */
async function appServer(): Promise<{ server: Server; origin: string }> {
  const server = createServer((_, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>App</title>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.skipIf(!chromiumPath)('a page of another origin', () => {
  let app: Awaited<ReturnType<typeof appServer>>;
  let stranger: typeof app;
  let service: StartedService;
  let browser: Browser;
  beforeAll(async () => {
    [app, stranger, browser] = await Promise.all([appServer(), appServer(), launchBrowser()]);
    service = await StartedService.start(0.2, ['--cors-origins', app.origin]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    app?.server.close();
    stranger?.server.close();
    await service?.stop();
  });

  /** What the page can read of an answer to a request that the browser asks about first. */
  async function inferFrom(origin: string) {
    const page = await browser.newPage();
    await page.goto(origin);
    const picture = sample.bytes.toString('base64');
    const read = await page.evaluate(
      async ({ url, picture }) => {
        const body = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
        const headers = {
          'content-type': 'image/jpeg',
          'mdi-sla-ms': '20000',
          'mdi-upload-start': String(Date.now()),
        };
        try {
          const answer = await fetch(`${url}/v1/infer`, { method: 'POST', headers, body });
          return {
            status: answer.status,
            headers: ['date', 'server-timing'].filter((name) => answer.headers.get(name) !== null),
            label: ((await answer.json()) as InferResponse).predictions[0]?.label,
          };
        } catch (error) {
          return String(error);
        }
      },
      { url: service.url, picture },
    );
    await page.close();
    return read;
  }

  it('calls the service if its origin is allowed, and reads what the client needs', async () => {
    expect(await inferFrom(app.origin)).toEqual({
      status: 200,
      headers: ['date', 'server-timing'],
      label: sample.label,
    });
  });

  it('is kept from the answer if it is not', async () => {
    expect(await inferFrom(stranger.origin)).toMatch(/Failed to fetch/);
  });
});
