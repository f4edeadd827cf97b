import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../lib/service/inference/decode.ts';
import { colouredImages } from '../fixtures/coloured-images.ts';
import { phonePhoto, quarterFile, quarters } from '../fixtures/photos.ts';
import { wholeJpegs } from '../fixtures/whole-images.ts';
import { clientModules, PageServer } from './module-page.ts';

const firefoxPath = [
  process.env.FIREFOX_PATH ?? '',
  ...(process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ['firefox-esr', 'firefox'].map((name) => join(folder, name))),
].find((path) => path !== '' && isExecutable(path));

if (!firefoxPath) {
  console.warn('No Firefox: its tests are skipped (install firefox-esr, or set FIREFOX_PATH)');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Nothing that asks anybody else for anything. */
const quiet = [
  ...['datareporting.policy.dataSubmissionEnabled', 'app.update.enabled'],
  ...['browser.shell.checkDefaultBrowser', 'network.captive-portal-service.enabled'],
  ...['browser.aboutwelcome.enabled', 'extensions.getAddons.cache.enabled'],
];

let server: PageServer;
beforeAll(async () => {
  if (!firefoxPath) return;
  const files = clientModules('image-worker', '../../test/e2e/page/images');
  server = await PageServer.start(files);
  const turned = await quarterFile('webp', { orientation: 6, width: 320, height: 240 });
  files.set('/6.webp', { body: turned, type: 'image/webp' });
  files.set('/q.avif', { body: await quarterFile('avif'), type: 'image/avif' });
  files.set('/photo.jpg', { body: await phonePhoto(2_048, 1_536), type: 'image/jpeg' });
});
afterAll(() => server?.close());

/** What a script of a page comes to, in a Firefox of its own. */
async function inFirefox<Result>(preferences: readonly string[], script: string): Promise<Result> {
  const profile = mkdtempSync(join(tmpdir(), 'mdinference-firefox-'));
  const set = (name: string, value: boolean) => `user_pref("${name}", ${value});\n`;
  writeFileSync(
    join(profile, 'user.js'),
    [...quiet.map((name) => set(name, false)), ...preferences.map((name) => set(name, true))].join(
      '',
    ),
  );
  const body = `<!doctype html><script type="module">
    const post = (value) => fetch('/', { method: 'POST', body: JSON.stringify(value) });
    import('/images.js').then(async (it) => ${script})
      .then((result) => post({ result }), (error) => post({ error: String(error) }));
  </script>`;
  server.files.set('/', { body, type: 'text/html' });
  const before = server.posted.length;
  const firefox = spawn(
    firefoxPath ?? '',
    ['--headless', '--no-remote', '--profile', profile, server.url],
    { stdio: 'ignore', env: { ...process.env, HOME: profile } },
  );
  const ended = new Promise((resolve) => {
    firefox.on('close', resolve);
  });
  try {
    await expect.poll(() => server.posted.length).toBeGreaterThan(before);
    const { result, error } = JSON.parse(server.posted.at(-1) ?? '');
    if (error) throw new Error(error);
    return result as Result;
  } finally {
    firefox.kill('SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const photo = JSON.stringify({ url: '/photo.jpg', type: 'image/jpeg' });
const avif = JSON.stringify({ url: '/q.avif', type: 'image/avif' });

describe.skipIf(!firefoxPath)('Firefox', () => {
  it('decodes in the page and in a worker, upright', async () => {
    const webp = JSON.stringify({ url: '/6.webp', type: 'image/webp' });
    const results = await inFirefox<{ data: number[] }[][]>(
      [],
      `await Promise.all(['page', 'worker'].map((where) =>
        it.pixels(where, ${webp}, [{ width: 32, height: 24 }])))`,
    );
    for (const [pixels] of results) {
      [0.25, 0.75].forEach((y, row) => {
        [0.25, 0.75].forEach((x, column) => {
          const at = 3 * (24 * y * 32 + 32 * x);
          const colour = quarters[2 * row + column] ?? [];
          colour.forEach((value, i) => {
            expect(Math.abs((pixels?.data[at + i] ?? -99) - value)).toBeLessThan(12);
          });
        });
      });
    }
  });

  it('makes the view that the service would cut out, as JPEG and as WebP', async () => {
    const view = { width: 192, height: 192 };
    const source = { url: '/6.webp', type: 'image/webp' };
    const rung = { name: 'view-webp-80', meanBytes: 1_000, stdBytes: 0, accuracyLossPct: {} };
    const encoding = { type: 'image/webp', quality: 80 };
    const models = [undefined, { rungs: [{ ...rung, encoding }] }].map((uploads) => ({
      ...{ models: [], view, uploads },
    }));
    const [first, second] = models.map((it) => JSON.stringify(it));
    const sent = await inFirefox<{ rung: string; bytes: number[] }[]>(
      [],
      `await Promise.all([
        it.upload('page', ${JSON.stringify(source)}, 'view', undefined, ${first}),
        it.upload('worker', ${JSON.stringify({ ...source, kind: 'bitmap' })}, undefined, undefined, ${second}),
      ])`,
    );
    expect(sent.map(({ rung }) => rung)).toEqual(['view-jpeg-95', 'view-webp-80']);
    const [jpeg, webp] = await Promise.all(
      sent.map(({ bytes }) => sharp(Uint8Array.from(bytes)).metadata()),
    );
    expect(jpeg).toMatchObject({ format: 'jpeg', ...view });
    expect(webp).toMatchObject({ format: 'webp', ...view });
    const data = await decodeImage(Uint8Array.from(sent[0]?.bytes ?? []), view);
    const at = 3 * (48 * 192 + 48);
    [230, 20, 20].forEach((value, i) => {
      expect(Math.abs((data[at + i] ?? -99) - value)).toBeLessThan(12);
    });
  });

  it('sees the colours that the service sees, of whole pictures alone', async () => {
    const coloured = Object.entries(await colouredImages());
    const jpegs = Object.entries(await wholeJpegs());
    const sources = [
      ...coloured.map(([, { file, type }]) => ({ body: file, type })),
      ...jpegs.map(([, file]) => ({ body: file.subarray(0, -2), type: 'image/jpeg' })),
      ...jpegs.map(([, file]) => ({ body: file.subarray(0, -30), type: 'image/jpeg' })),
    ].map((file, i) => {
      server.files.set(`/${i}`, file);
      return { url: `/${i}`, type: file.type };
    });
    const results = await inFirefox<({ data: number[] }[] | { name: string })[]>(
      [],
      `await Promise.all(${JSON.stringify(sources)}.map((source) => {
        const pixels = it.pixels('page', source, [{ width: 64, height: 48 }]);
        return pixels.catch(() => it.errorOf(pixels));
      }))`,
    );
    const wholes = [...coloured.map(([name, { file }]) => [name, file] as const), ...jpegs];
    for (const [i, [name, file]] of wholes.entries()) {
      const served = await decodeImage(file, { width: 64, height: 48 });
      const pixels = results[i];
      if (!Array.isArray(pixels)) throw new Error(`${name}: ${JSON.stringify(pixels)}`);
      for (const [x, y] of [
        [16, 12],
        [48, 12],
        [16, 36],
        [48, 36],
      ] as const) {
        const at = 3 * (64 * y + x);
        for (let channel = at; channel < at + 3; channel++) {
          const difference = (pixels[0]?.data[channel] ?? -99) - (served[channel] ?? 0);
          expect(Math.abs(difference), name).toBeLessThanOrEqual(3);
        }
      }
    }
    const cut = results.slice(wholes.length);
    expect(cut).toEqual(jpegs.map(() => expect.objectContaining({ name: 'ImageReadError' })));
  });

  it('that resists fingerprinting is told by name, and sends nothing that is made up', async () => {
    const [pixels, sent, unsendable] = await inFirefox<
      [{ name: string }, { isOriginal: boolean }, { name: string }]
    >(
      ['privacy.resistFingerprinting'],
      `await Promise.all([
        it.errorOf(it.pixels('worker', ${photo}, [{ width: 32, height: 32 }])),
        it.upload('worker', ${photo}),
        it.errorOf(it.upload('worker', ${avif})),
      ])`,
    );
    expect(pixels.name).toBe('CanvasBlockedError');
    expect(sent.isOriginal).toBe(true);
    expect(unsendable.name).toBe('ImageFormatError');
  });
});
