/**
 * Photos as phones make them, from the choice of the file to the answer, in Chromium against the service
 * of `npm start`, both on this machine: how many answers are there in time, judged by the page's clock.
 *
 *   npm run bench -- photos [requests]
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { quantile } from 'd3-array';
import { plainTable } from '../bin/shared/output.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { readCatalogue } from '../lib/service/catalogue/load.ts';
import { launchBrowser } from '../test/e2e/browser.ts';
import { clientModules, PageServer } from '../test/e2e/module-page.ts';
import { StartedService } from '../test/e2e/started-service.ts';
import { phonePhoto } from '../test/fixtures/photos.ts';

/** What came of one photo, in ms by the page's clock. */
export interface Answered {
  readonly source: string;
  readonly ms: number;
  readonly saysInTime: boolean;
  /** The longest time for which the page could do nothing else. */
  readonly blockedMs: number;
}

const requests = Number(process.argv[2] ?? 100);
const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const model = catalogue.models.find(({ name }) => name === catalogue.onDevice);
const [sample] = catalogue.samples;
if (!model || !sample) throw new Error('the catalogue has no model for devices');
const wasm = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

const photos = new Map<string, Uint8Array>([['12 KB', readFileSync(join(directory, sample.file))]]);
const sizes = { 1: [1_155, 866], 3: [2_048, 1_536], 12: [4_032, 3_024], 20: [5_184, 3_888] };
for (const [megapixels, [width = 0, height = 0]] of Object.entries(sizes)) {
  const photo = await phonePhoto(width, height);
  photos.set(`${megapixels} MP, ${(photo.length / 1e6).toFixed(1)} MB`, photo);
}

const server = await PageServer.start(
  new Map([
    ...clientModules('onnxruntime-web-worker', 'image-worker', '../../bench/page/photos'),
    ['/catalogue.json', { body: JSON.stringify(catalogue), type: 'application/json' }],
    ['/model.onnx', { body: readFileSync(join(directory, model.file)), type: 'x/x' }],
    ['/ort.wasm', { body: readFileSync(wasm), type: 'application/wasm' }],
  ]),
);
const service = await StartedService.start(3, ['--cors-origins', server.url]);
const browser = await launchBrowser();
const table = plainTable([
  ...['photo', 'SLA ms', 'in time', 'and says so', 'by the cloud'],
  ...['median ms', 'longest ms', 'page blocked, longest ms'],
]);
try {
  for (const [name, body] of photos) {
    for (const slaMs of name.startsWith('12 KB') ? [1_000, 250, 100, 50] : [250]) {
      server.files.set('/photo.jpg', { body, type: 'image/jpeg' });
      const page = await browser.newPage();
      await page.goto(server.url);
      const settings = JSON.stringify({ endpoint: service.url, slaMs, requests });
      const call = `import('/photos.js').then((it) => it.classifyAll(${settings}))`;
      const answers = (await page.evaluate(call)) as Answered[];
      await page.close();
      const count = (is: (answer: Answered) => boolean) => answers.filter(is).length;
      const times = answers.map(({ ms }) => ms);
      table.push([
        name,
        slaMs,
        `${count(({ ms }) => ms <= slaMs)} of ${requests}`,
        count(({ ms, saysInTime }) => saysInTime && ms <= slaMs),
        count(({ source }) => source === 'cloud'),
        quantile(times, 0.5)?.toFixed(0),
        Math.max(...times).toFixed(0),
        Math.max(...answers.map(({ blockedMs }) => blockedMs)).toFixed(0),
      ]);
      console.log(name, slaMs);
    }
  }
} finally {
  await browser.close();
  await service.stop();
  server.close();
}
console.log(table.toString());
