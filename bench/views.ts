/**
 * Whether models answer the same to the view that a browser makes of a photo as to the photo, which the
 * service scales and crops itself: labels that differ, and how often each is right.
 *
 *   npm run bench -- views [photos] [folder of a catalogue] [folder of photos]
 *
 * A photo's name begins with the index of its label (`0042_rose.jpg`). Without photos of one's own, generated
 * shapes are drawn four times as large as the models see them. Fewer photos than asked for are used several
 * times: mirrored, cropped and scaled.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { plainTable } from '../bin/shared/output.ts';
import { viewOf } from '../lib/core/preprocessing/view.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { readCatalogue } from '../lib/service/catalogue/load.ts';
import { Classifier } from '../lib/service/inference/classifier.ts';
import { generateImage } from '../lib/shapes/generate.ts';
import { launchBrowser } from '../test/e2e/browser.ts';
import { clientModules, PageServer } from '../test/e2e/module-page.ts';

/** What a page makes of a photo, in base64: the view's pixels, and the file that is sent. */
export interface MadeView {
  readonly pixels: string;
  readonly file: string;
}

/** A labelled photo as a file. */
interface Photo {
  readonly bytes: Buffer;
  readonly labelIndex: number;
}

const count = Number(process.argv[2] ?? 500);
const directory = process.argv[3] ?? resolveCatalogue('shapes');
const folder = process.argv[4];
const catalogue = readCatalogue(directory);
const view = viewOf(catalogue.models, catalogue.input);
if (!view) throw new Error(`the models of ${catalogue.name} have no view in common`);

/** Draws a shape as a photo of it would be: large, and wider than what is seen of it. */
async function shapePhoto(index: number): Promise<Photo> {
  const { pixels, width, height, labelIndex } = generateImage({ seed: 7, index });
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(4 * width, 4 * height, { kernel: 'cubic' })
    .extend({ left: width, right: width, extendWith: 'mirror' })
    .jpeg({ quality: 92 })
    .toBuffer();
  return { bytes, labelIndex };
}

/** One of the photos of a folder, mirrored every second time, and each time cropped and scaled otherwise. */
async function photoOf(names: readonly string[], index: number): Promise<Photo> {
  const name = names[index % names.length] ?? '';
  const times = Math.floor(index / names.length);
  const file = readFileSync(join(folder ?? '', name));
  const labelIndex = Number.parseInt(name, 10);
  if (times === 0) return { bytes: file, labelIndex };
  const { autoOrient } = await sharp(file).metadata();
  const part = 1 - 0.03 * times;
  const [width, height] = [autoOrient.width, autoOrient.height].map((side) =>
    Math.floor(part * side),
  ) as [number, number];
  const bytes = await sharp(file)
    .autoOrient()
    .flop(times % 2 === 1)
    .extract({
      left: autoOrient.width - width,
      top: times % 3 ? 0 : autoOrient.height - height,
      width,
      height,
    })
    .resize(Math.round(width * (0.8 + 0.1 * times)))
    .jpeg({ quality: 92 })
    .toBuffer();
  return { bytes, labelIndex };
}

const names =
  folder === undefined ? [] : readdirSync(folder).filter((name) => /^\d+.*\.jpe?g$/.test(name));
const models = await Promise.all(
  catalogue.models.map(async (model) => ({
    name: model.name,
    classifier: await Classifier.load({ path: join(directory, model.file), catalogue, model }),
    right: { original: 0, pixels: 0, file: 0 },
    differing: { pixels: 0, file: 0 },
  })),
);
let originalBytes = 0;
let viewBytes = 0;

const server = await PageServer.start(clientModules('image-worker', '../../bench/page/views'));
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  for (let index = 0; index < count; index++) {
    const { bytes, labelIndex } = await (folder ? photoOf(names, index) : shapePhoto(index));
    server.files.set('/photo.jpg', { body: bytes, type: 'image/jpeg' });
    const call = `import('/views.js').then((it) => it.viewOf('/photo.jpg', ${JSON.stringify(view)}))`;
    const made = (await page.evaluate(call)) as MadeView;
    const raw = { width: view.width, height: view.height, channels: 3 } as const;
    const pixels = Buffer.from(made.pixels, 'base64');
    const lossless = await sharp(pixels, { raw }).png().toBuffer();
    const file = Buffer.from(made.file, 'base64');
    originalBytes += bytes.length;
    viewBytes += file.length;
    for (const { classifier, right, differing } of models) {
      const indexOf = async (image: Uint8Array, as?: typeof view) =>
        (await classifier.classifyImage(image, as)).predictions[0]?.index;
      const original = await indexOf(bytes);
      const answers = { pixels: await indexOf(lossless, view), file: await indexOf(file, view) };
      if (original === labelIndex) right.original++;
      for (const kind of ['pixels', 'file'] as const) {
        if (answers[kind] === labelIndex) right[kind]++;
        if (answers[kind] !== original) differing[kind]++;
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}

const table = plainTable([
  ...['model', 'photo, right %', 'view lossless, right %', 'view sent, right %'],
  ...['lossless differs', 'sent differs'],
]);
for (const { name, right, differing } of models) {
  const share = (times: number) => ((100 * times) / count).toFixed(1);
  table.push([
    name,
    ...[right.original, right.pixels, right.file].map(share),
    ...[differing.pixels, differing.file],
  ]);
}
console.log(table.toString());
const kilobytes = (bytes: number) => (bytes / count / 1_000).toFixed(1);
console.log(
  `${count} photos of ${kilobytes(originalBytes)} KB; view-jpeg-95 of ${kilobytes(viewBytes)} KB`,
);
