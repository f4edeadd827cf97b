/**
 * What it costs to make an upload of a photo, and the pixels that a model sees, in Chromium: every
 * way that a browser has, in the page and in a worker, and how long the page is blocked meanwhile.
 *
 *   npm run bench -- decoding [rounds]
 */
import { median } from 'd3-array';
import { launchBrowser } from '../test/e2e/browser.ts';
import { clientModules, PageServer } from '../test/e2e/module-page.ts';
import { phonePhoto } from '../test/fixtures/photos.ts';

/** What one way took, in ms. */
export interface Measured {
  readonly way: string;
  readonly ms: readonly number[];
  /** The longest time for which the page could do nothing else. */
  readonly blockedMs: readonly number[];
  readonly bytes: number;
}

const rounds = Number(process.argv[2] ?? 8);
/** Width and height of photos of so many megapixels. */
const photos = { 1: [1_155, 866], 3: [2_048, 1_536], 12: [4_032, 3_024], 20: [5_184, 3_888] };

const server = await PageServer.start(clientModules('image-worker', '../../bench/page/decoding'));
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  const columns: Measured[][] = [];
  const heads: string[] = [];
  for (const [megapixels, [width = 0, height = 0]] of Object.entries(photos)) {
    const body = await phonePhoto(width, height);
    server.files.set('/photo.jpg', { body, type: 'image/jpeg' });
    heads.push(`${megapixels} MP, ${(body.length / 1e6).toFixed(1)} MB`);
    const call = `import('/decoding.js').then((it) => it.measureAll('/photo.jpg', ${rounds}))`;
    columns.push((await page.evaluate(call)) as Measured[]);
  }
  const ms = (values: readonly number[]) => (median(values) ?? Number.NaN).toFixed(0);
  const rows = (columns[0] ?? []).map(({ way }, i) => [
    way,
    ...columns.map((column) => {
      const { ms: all = [], blockedMs = [] } = column[i] ?? {};
      return `${ms(all)} (${ms(blockedMs)})`;
    }),
  ]);
  const head = ['ms (page blocked for)', ...heads];
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
  for (const { way, bytes } of columns.at(-1) ?? []) {
    console.log(`${way}: ${(bytes / 1_000).toFixed(1)} KB`);
  }
} finally {
  await browser.close();
  server.close();
}
