import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Classification, ClientStatistics } from '../../lib/client/index.ts';

/** What the page shows to the browser's console. */
export interface Playground {
  classify(options?: { slaMs?: number }): Promise<Classification>;
  statistics(): ClientStatistics;
}

/** A page with what it complained about. */
export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: readonly string[];
}

/**
 * Opens the playground, and waits until its model on the device is loaded and the server's clock is known.
 *
 * @param prepare - called with the context, before the page is opened
 */
export async function openPlayground(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & {
    prepare?: (context: BrowserContext) => Promise<unknown>;
  } = {},
): Promise<OpenPage> {
  const { prepare, ...settings } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 844 },
    ...settings,
  });
  await prepare?.(context);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  await page.goto(`${url}/`);
  await page.waitForSelector('#facts [data-state=ready]');
  await page.waitForFunction(
    () => (globalThis as unknown as { playground: Playground }).playground.statistics().clock,
  );
  return { page, context, errors };
}
