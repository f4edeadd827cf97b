#!/usr/bin/env node
import { chromium } from 'playwright-core';
import sharp from 'sharp';

/*
 * Takes the picture of the playground that the documentation shows, of a service that has been started:
 *
 *   npx node scripts/playground-picture.ts [http://127.0.0.1:8787]
 */

const [url = 'http://127.0.0.1:8787'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({
  viewport: { width: 1280, height: 900 },
  reducedMotion: 'reduce',
});
await page.goto(url);
await page.waitForSelector('#facts [data-state=ready]');
await page.selectOption('#network', 'Verizon LTE short');
// A session with something to show in its curves, and then one answer to look at.
await page.click('#auto');
const requests = page.locator('#tiles dd').first();
while (Number(await requests.innerText()) < 60) await page.waitForTimeout(250);
await page.click('#auto');
// Late answers of the cloud complete the last race.
await page.waitForTimeout(2_500);
await page.evaluate('scrollTo(0, 0)');
const picture = await page.screenshot({ fullPage: true });
await sharp(picture).png({ palette: true }).toFile('docs/playground.png');
await browser.close();
