import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from './browser.ts';
import { faintThings } from './contrast.ts';
import { openPlayground } from './open-page.ts';
import { StartedService } from './started-service.ts';

/** A phone, as far as Chromium can be one. */
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let service: StartedService;
let browser: Browser;

beforeAll(async () => {
  if (!chromiumPath) return;
  [service, browser] = await Promise.all([StartedService.start(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

async function open(options: Parameters<typeof openPlayground>[2] = {}) {
  return await openPlayground(browser, service.url, { reducedMotion: 'reduce', ...options });
}

/** Runs the picture, and waits for its answer. */
async function runOnce(page: Page): Promise<void> {
  await page.click('#run');
  await page.waitForSelector('#answer[data-state=final] .best strong');
}

/** The service answers what it may, after some time: `inputMs` is what it says of the upload. */
async function answerAll(page: Page, { inputMs = 20, afterMs = 0 }): Promise<void> {
  const timing = { slaMs: 250, inputMs, networkMs: 2 * inputMs, budgetMs: 250 - 2 * inputMs };
  const json = {
    requestId: crypto.randomUUID(),
    model: { name: 'resnet-64-views12', version: '1', accuracyPct: 96.7 },
    predictions: [{ index: 0, label: 'ring', score: 0.9 }],
    timing: {
      ...timing,
      ...{ selectMs: 1, serviceMs: 40, serverMs: 42, coldStart: false, source: 'client' },
    },
    selection: {
      strategy: 'three-stage',
      baseModel: 'resnet-64-views12',
      eligible: [{ model: 'resnet-64-views12', probability: 1 }],
    },
  };
  await page.route('**/v1/infer', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await route.fulfill({ json });
  });
}

describe.skipIf(!chromiumPath)('the playground on a phone', () => {
  it('shows the answer’s label after “Run once”, without any scrolling', async () => {
    const { page, context } = await open(phone);
    await runOnce(page);
    const box = await page.locator('#answer .best strong').boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(phone.viewport.height);
    expect(await page.evaluate('scrollY')).toBe(0);
    await context.close();
  });

  it('neither offers to drop and paste, nor lets a scrolling finger wipe the picture out', async () => {
    const { page, context } = await open(phone);
    expect(await page.getByText('or drop one here').isVisible()).toBe(false);
    const picture = () =>
      page.locator('#canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await picture();
    await swipe(page, '#canvas');
    expect(await picture()).toBe(before);
    await page.evaluate(() => scrollTo(0, 0));
    await page.tap('#blank');
    const sheet = await picture();
    await swipe(page, '#canvas');
    expect(await picture()).not.toBe(sheet);
    await context.close();
  });
});

describe.skipIf(!chromiumPath)('the playground', () => {
  it('brings the answer into view at 200 %', async () => {
    const { page, context } = await open({ viewport: { width: 640, height: 450 } });
    await runOnce(page);
    await expect
      .poll(async () => {
        const box = await page.locator('#answer .best strong').boundingBox();
        return box !== null && box.y >= 0 && box.y + box.height <= 450;
      })
      .toBe(true);
    await context.close();
  });

  it('judges by the clock: what a busy page got late is late everywhere', async () => {
    const { page, context } = await open();
    await page.selectOption('#network', 'connected, but nothing comes back');
    await page.evaluate(() => {
      document.getElementById('run')?.addEventListener('click', () => {
        // From before the SLA's end until long after it.
        setTimeout(() => {
          const endMs = performance.now() + 400;
          while (performance.now() < endMs);
        }, 100);
      });
    });
    await runOnce(page);
    expect(await page.locator('#answer .late').innerText()).toMatch(/of 250 ms, \d+ ms late$/);
    expect(await tile(page, 'in time')).toBe('0.0 %');
    await context.close();
  });

  it.each([phone.viewport, { width: 1280, height: 900 }])(
    'has no caption across the SLA’s line, and marks a bar beyond the axis, at %j',
    async (viewport) => {
      const { page, context } = await open({ viewport });
      await answerAll(page, { afterMs: 600 });
      await runOnce(page);
      await expect
        .poll(() => page.locator('.lane.cloud .beyond').allInnerTexts())
        .toEqual([expect.stringMatching(/^\d+ ms →$/)]);
      expect(await page.locator('.lane-name.cloud .end').innerText()).toMatch(
        /^\d+ ms, \d+ ms too late$/,
      );
      const line = await page.locator('.deadline').boundingBox();
      for (const caption of await page.locator('.lane-name span').all()) {
        const box = await caption.boundingBox();
        if (!line || !box) throw new Error('not on the page');
        const isAbove = box.y + box.height <= line.y + 1;
        expect(isAbove || box.y >= line.y + line.height - 1).toBe(true);
      }
      await context.close();
    },
  );

  it('shows in the budget’s bar what the SLA does not hold', async () => {
    const { page, context } = await open();
    await answerAll(page, { inputMs: 200 });
    await runOnce(page);
    expect(await page.locator('#budget .over').innerText()).toBe('over the SLA by 190.0 ms');
    const width = async (selector: string) =>
      (await page.locator(selector).boundingBox())?.width ?? Number.NaN;
    const whole = await width('.budget-bar');
    // 200 of 440 ms each, and none of it cut off.
    expect((await width('.budget-bar .input')) / whole).toBeCloseTo(200 / 440, 1);
    expect((await width('.budget-bar .service')) / whole).toBeCloseTo(40 / 440, 1);
    const end = await page.locator('.sla-end').evaluate((element) => {
      const around = element.parentElement?.getBoundingClientRect();
      return (element.getBoundingClientRect().left - (around?.left ?? 0)) / (around?.width ?? 1);
    });
    expect(end).toBeCloseTo(250 / 440, 1);
    await context.close();
  });

  it('does not go on showing the choice of an earlier request', async () => {
    const { page, context } = await open();
    await answerAll(page, {});
    await runOnce(page);
    await expect.poll(() => page.locator('#models .chosen').count()).toBe(1);
    await page.selectOption('#network', 'offline');
    await runOnce(page);
    await expect.poll(() => page.locator('#models .chosen').count()).toBe(0);
    await context.close();
  });

  it.each(['light', 'dark'] as const)('has nothing faint in %s', async (colorScheme) => {
    const { page, context } = await open({ colorScheme });
    await answerAll(page, { inputMs: 200, afterMs: 400 });
    await runOnce(page);
    await page.waitForSelector('.budget .over');
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    expect(await faintThings(page)).toEqual([]);
    await context.close();
  });

  it('names all its controls', async () => {
    const { page, context } = await open();
    const nameless = await page.evaluate(() => {
      const controls = document.querySelectorAll<HTMLInputElement>(
        'button, input, select, summary',
      );
      return [...controls]
        .filter((control) => {
          const texts = [control, ...(control.labels ?? [])].map(
            (element) =>
              element.textContent?.trim() ||
              element.getAttribute('aria-label') ||
              element.querySelector('img')?.alt,
          );
          return !texts.some(Boolean);
        })
        .map(({ outerHTML }) => outerHTML);
    });
    expect(nameless).toEqual([]);
    await context.close();
  });

  it('explains its words to whoever has a keyboard alone', async () => {
    const { page, context } = await open();
    const words = ['Difficulty', 'SLA', 'Jitter', 'Budget', 'Base model', 'Chance', 'In time'];
    for (const word of words) {
      const term = page.locator('dt', { hasText: new RegExp(`^${word}$`) });
      expect(await term.isVisible()).toBe(false);
      await page.locator('.terms', { has: term }).locator('summary').focus();
      await page.keyboard.press('Enter');
      expect(await term.isVisible()).toBe(true);
      await page.keyboard.press('Enter');
    }
    await context.close();
  });

  it('hands over a photo as the file that it is, and shows what was sent of it', async () => {
    const { page, context } = await open({
      prepare: (it) =>
        it.addInitScript(() => {
          const { fetch } = globalThis;
          const sent: number[] = [];
          globalThis.fetch = (url, init) => {
            if (init?.body instanceof Blob) sent.push(init.body.size);
            return fetch(url, init);
          };
          Object.assign(globalThis, { sent });
        }),
    });
    const create = { width: 4_000, height: 3_000, channels: 3, background: '#a04020' } as const;
    const photo = await sharp({ create }).jpeg().toBuffer();
    await page.setInputFiles('#file', {
      name: 'IMG_1.jpg',
      mimeType: 'image/jpeg',
      buffer: photo,
    });
    await expect
      .poll(() => page.locator('#caption').innerText())
      .toContain('IMG_1.jpg, 4000 × 3000');
    await page.check('input[name=upload][value=original]', { force: true });
    await runOnce(page);
    expect(await page.evaluate('sent')).toEqual([photo.length]);
    const sent = page.locator('#sent');
    expect(await sent.innerText()).toContain('As it is: that is the setting.');

    await page.check('input[name=upload][value=view]', { force: true });
    const ofTheView = /^view-jpeg-95 \(192 × 192 pixels\).* in place of 70.8/;
    // The client of a new setting asks for the view first.
    await expect
      .poll(
        async () => {
          await runOnce(page);
          return await sent.innerText();
        },
        { timeout: 20_000 },
      )
      .toMatch(ofTheView);
    const bytes = ((await page.evaluate('sent')) as number[]).at(-1);
    expect(bytes).toBeLessThan(photo.length / 10);
    const image = sent.getByRole('img');
    expect(await image.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(192);
    await context.close();
  });

  it('shows the device’s answer as soon as it is there, and then the better one', async () => {
    const { page, context } = await open();
    await page.fill('#sla', '3000');
    await answerAll(page, { afterMs: 1_500 });
    await page.click('#run');
    await page.waitForSelector('#answer[data-state=interim]');
    expect(await page.locator('#answer .chip').innerText()).toBe('so far, from the device');
    const first = await page.locator('#answer .best strong').innerText();
    await page.waitForSelector('#answer[data-state=final]');
    expect(await page.locator('#answer .chip').innerText()).toMatch(/^from the cloud: /);
    expect(await page.locator('#answer .before b').innerText()).toBe(first);
    await context.close();
  });

  it('uploads nothing where the device is sure, and says so', async () => {
    const { page, context } = await open();
    await page.fill('#sla', '3000');
    await page.check('input[name=cloud][value=when-unsure]', { force: true });
    await page.locator('#samples-details summary').click();
    await page.locator('#samples button').first().click();
    // Until it knows how good the service's models are, it asks them.
    await expect
      .poll(
        async () => {
          await page.click('#run');
          await page.waitForTimeout(500);
          return await page.locator('#answer .chip.saved').count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    expect(await page.locator('#answer .because').innerText()).toMatch(
      /^The device was sure: of answers like this one [\d.]+\s% are right\./,
    );
    expect(await page.locator('.lane-name.cloud').innerText()).toContain('nothing was uploaded');
    expect(Number(await tile(page, 'uploads saved'))).toBeGreaterThan(0);
    await context.close();
  });

  it('keeps everything on the device where nothing else may answer', async () => {
    const { page, context } = await open();
    await page.check('input[name=mode][value=device-only]', { force: true });
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url());
    });
    await runOnce(page);
    expect(await page.locator('#answer .because').innerText()).toBe('Only the device was asked.');
    expect(await tile(page, 'uploads saved')).toBe('1');
    expect(await page.locator('fieldset.of-the-race').first().isVisible()).toBe(false);
    expect(sent).toEqual([]);
    await context.close();
  });

  it('gives the code of an app with the conditions that are chosen', async () => {
    const { page, context, errors } = await open({
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.fill('#sla', '100');
    await page.check('input[name=policy][value=when-needed]', { force: true });
    const code = await page.locator('#code').innerText();
    expect(code).toContain(`endpoint: '${service.url}',\n  slaMs: 100,`);
    expect(code).toContain("duplication: 'when-needed'");
    await page.click('#copy');
    await expect.poll(() => page.locator('#copied').innerText()).toBe('Copied.');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code);
    for (const link of await page.locator('.use a').all()) {
      const response = await page.request.get(
        new URL((await link.getAttribute('href')) ?? '', service.url).href,
      );
      expect(response.status()).toBe(200);
      expect(response.headers()['content-type']).toContain('text/plain');
    }
    expect(errors).toEqual([]);
    await context.close();
  });
});

/** Draws a finger upwards over the middle of something. */
async function swipe(page: Page, selector: string): Promise<void> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not on the page`);
  const fingers = await page.context().newCDPSession(page);
  const at = (share: number) => ({ x: box.x + box.width / 2, y: box.y + share * box.height });
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share?: number) =>
    fingers.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: share === undefined ? [] : [at(share)],
    });
  await touch('touchStart', 0.8);
  for (const share of [0.6, 0.4, 0.2]) await touch('touchMove', share);
  await touch('touchEnd');
}

/** What a number of the session is. */
async function tile(page: Page, name: string): Promise<string> {
  const place = page.locator('#tiles div', {
    has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }),
  });
  return await place.locator('dd').innerText();
}
