import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedModels } from '../../lib/client/api/pipeline.ts';
import type { Upload } from '../../lib/client/api/upload-settings.ts';
import { maxBodyBytes } from '../../lib/core/contract/limits.ts';
import { rungName, type UploadEncoding } from '../../lib/core/upload/rung.ts';
import { decodeImage } from '../../lib/service/inference/decode.ts';
import { colouredImages } from '../fixtures/coloured-images.ts';
import { phonePhoto, quarterFile, quarterPixels, quarters } from '../fixtures/photos.ts';
import { wholeJpegs } from '../fixtures/whole-images.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { clientModules, type PageFile, PageServer } from './module-page.ts';

type Where = 'page' | 'worker';
interface Source {
  readonly url: string;
  readonly type: string;
  readonly kind?: string;
}
interface Failure {
  readonly name: string;
  readonly message: string;
}

/** Made once: they are the same for every codec. */
const photo = memo(() => phonePhoto(2_048, 1_536));
const tooLarge = memo(async () => {
  const noise = Buffer.alloc(3 * 1_500 * 1_200).map((_, i) => (i * i * 7_919) >> 7);
  const raw = { width: 1_500, height: 1_200, channels: 3 } as const;
  return await sharp(noise, { raw }).png({ compressionLevel: 0 }).toBuffer();
});

function memo<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

let server: PageServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!chromiumPath) return;
  const files: Map<string, PageFile> = clientModules('image-worker', '../../test/e2e/page/images');
  [server, browser] = await Promise.all([PageServer.start(files), launchBrowser()]);
  page = await browser.newPage();
  await page.goto(server.url);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Calls a function of the module that runs in the page. */
async function call<Result>(name: string, ...args: readonly unknown[]): Promise<Result> {
  const text = args.map((arg) => JSON.stringify(arg) ?? 'undefined').join(', ');
  return (await page.evaluate(`import('/images.js').then((it) => it.${name}(${text}))`)) as Result;
}

function serve(url: string, body: Uint8Array, type = 'image/jpeg'): Source {
  server.files.set(url, { body, type });
  return { url, type };
}

async function pixelsOf(where: Where, source: Source, width = 32, height = 24) {
  const [pixels] = await call<{ data: number[] }[]>('pixels', where, source, [{ width, height }]);
  return pixels?.data ?? [];
}

interface Sent {
  readonly contentType: string;
  readonly rung?: string;
  readonly view?: string;
  readonly isOriginal: boolean;
  readonly length: number;
  readonly bytes: Uint8Array;
}
async function upload(
  where: Where,
  source: Source,
  settings?: Upload,
  size?: object,
  models?: ServedModels,
) {
  const args = [where, source, settings, size, models];
  const sent = await call<Sent & { bytes: number[] }>('upload', ...args);
  return { ...sent, bytes: Uint8Array.from(sent.bytes) };
}

/** The colours in the middle of the four fields of a picture of 32 x 24 pixels. */
function fieldsOf(rgb: ArrayLike<number>, width = 32, height = 24): number[][] {
  const places = [0.25, 0.75].flatMap((y) => [0.25, 0.75].map((x) => [x, y] as const));
  return places.map(([x, y]) => {
    const at = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
    return [0, 1, 2].map((channel) => rgb[at + channel] ?? -1);
  });
}
function expectQuarters(rgb: ArrayLike<number>, width?: number, height?: number): void {
  fieldsOf(rgb, width, height).forEach((colour, i) => {
    colour.forEach((value, channel) => {
      expect(Math.abs(value - (quarters[i]?.[channel] ?? -100))).toBeLessThan(12);
    });
  });
}
async function decoded(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/**
 * Expects the pixels that the service sees of a file.
 *
 * @param levels - by which decoders may differ: rounding, and how they enlarge chroma
 */
async function expectSame(
  name: string,
  rgb: ArrayLike<number>,
  file: Uint8Array,
  levels = 2,
): Promise<void> {
  const served = fieldsOf(await decodeImage(file, { width: 64, height: 48 }), 64, 48);
  fieldsOf(rgb, 64, 48).forEach((colour, i) => {
    colour.forEach((value, channel) => {
      expect(Math.abs(value - (served[i]?.[channel] ?? -100)), name).toBeLessThanOrEqual(levels);
    });
  });
}

const kinds = [
  ...['blob', 'bytes', 'view', 'bitmap', 'canvas', 'offscreen canvas', 'image element'],
  ...['video element', 'video frame', 'image data', 'raw RGB'],
];

describe.skipIf(!chromiumPath).each<Where>(['page', 'worker'])('by the %s, an image', (where) => {
  it.each(kinds)('has the same pixels as a %s', async (kind) => {
    const source = serve('/quarters.jpg', await quarterFile('jpeg', { width: 320, height: 240 }));
    expectQuarters(await pixelsOf(where, { ...source, kind }));
    const sent = await upload(where, { ...source, kind }, { maxSide: 32 });
    const { data, width, height } = await decoded(sent.bytes);
    expect([width, height]).toEqual([32, 24]);
    expectQuarters(data);
  });

  it.each(['jpeg', 'png', 'webp'])('is upright in every orientation: %s', async (name) => {
    const format = name as 'jpeg' | 'png' | 'webp';
    for (let orientation = 1; orientation <= 8; orientation++) {
      const file = await quarterFile(format, { orientation });
      const source = serve(`/${orientation}.${format}`, file, `image/${format}`);
      expectQuarters(await pixelsOf(where, source));
      const { data, width, height } = await decoded(
        (await upload(where, source, { maxSide: 32, type: 'image/png' })).bytes,
      );
      expect([width, height]).toEqual([32, 24]);
      expectQuarters(data);
    }
  });

  it('is sent as JPEG when the service does not take its format', async () => {
    for (const format of ['avif', 'gif'] as const) {
      const source = serve(`/x.${format}`, await quarterFile(format), `image/${format}`);
      const { contentType, bytes } = await upload(where, source);
      expect(contentType).toBe('image/jpeg');
      const { data, width, height } = await decoded(bytes);
      expectQuarters(data, width, height);
    }
  });

  it('is scaled down for the upload', async () => {
    const source = serve('/photo.jpg', await photo());
    const { bytes } = await upload(where, source, undefined, { width: 224, height: 224 });
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 640, height: 480 });
  });

  it('is made small enough for the service', async () => {
    const png = await tooLarge();
    expect(png.length).toBeGreaterThan(maxBodyBytes);
    const { contentType, length } = await upload(
      where,
      serve('/huge.png', png, 'image/png'),
      'original',
    );
    expect(contentType).toBe('image/jpeg');
    expect(length).toBeLessThanOrEqual(maxBodyBytes);
  });

  it('is named when it cannot be decoded', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic');
    const source = serve('/x.heic', heic, 'image/heic');
    const failed = page.evaluate(
      `import('/images.js').then((it) => it.errorOf(it.upload('${where}', ${JSON.stringify(source)})))`,
    );
    const error = (await failed) as Failure;
    expect(error.name).toBe('ImageFormatError');
    expect(error.message).toContain('image/heic');
  });
});

describe.skipIf(!chromiumPath).each<Where>(['page', 'worker'])('by the %s, an image', (where) => {
  it.each([
    ['an image that is not loaded', 'new Image()', 'ImageReadError', 'HTMLImageElement'],
    ['a video without a frame', "document.createElement('video')", 'ImageReadError', 'HTMLVideo'],
    ['a closed frame', 'it.closedFrame()', 'ImageReadError', 'VideoFrame'],
    [
      'pixels of a wrong length',
      '{ data: new Uint8Array(9), width: 2, height: 2 }',
      'TypeError',
      '12',
    ],
  ])('is named when it is %s', async (_, made, name, part) => {
    const error = (await page.evaluate(
      `import('/images.js').then((it) => it.errorOfImage('${where}', ${made}))`,
    )) as Failure;
    expect(error.name).toBe(name);
    expect(error.message).toContain(part);
  });
});

const view = { width: 192, height: 192 };
/** A service whose models see 192 x 192 pixels, and that has measured this way to send them, if any. */
function serviceOf(encoding?: UploadEncoding): ServedModels {
  if (!encoding) return { models: [], view };
  const rung = { name: rungName(encoding), meanBytes: 1_000, stdBytes: 0, accuracyLossPct: {} };
  return { models: [], view, uploads: { rungs: [{ ...rung, encoding }] } };
}

describe.skipIf(!chromiumPath).each<Where>(['page', 'worker'])('by the %s, the view', (where) => {
  it.each<[string, UploadEncoding | undefined]>([
    ['jpeg', undefined],
    ['jpeg', { type: 'image/jpeg', quality: 70 }],
    ['webp', { type: 'image/webp', quality: 80 }],
  ])('is sent as %s: %o', async (format, encoding) => {
    const source = serve('/photo.jpg', await photo());
    const sent = await upload(where, source, undefined, undefined, serviceOf(encoding));
    expect(sent).toMatchObject({
      contentType: `image/${format}`,
      rung: encoding ? rungName(encoding) : 'view-jpeg-95',
      view: '192x192',
    });
    const metadata = await sharp(sent.bytes).metadata();
    expect(metadata).toMatchObject({ format, ...view });
    if (format === 'jpeg') expect(metadata.chromaSubsampling).toBe('4:2:0');
  });

  it('is what the service would have cut out, upright in every orientation', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const file = await quarterFile('jpeg', { orientation, width: 640, height: 480 });
      const source = serve(`/${orientation}.jpeg`, file);
      const sent = await upload(where, source, 'view', undefined, serviceOf());
      const { data, width, height } = await decoded(sent.bytes);
      expect([width, height]).toEqual([192, 192]);
      expectQuarters(data, width, height);
      const pixels = await decodeImage(file, view);
      const error = pixels.reduce((sum, value, i) => sum + Math.abs(value - (data[i] ?? 0)), 0);
      expect(error / pixels.length).toBeLessThan(2);
    }
  });

  it('is in sRGB, whatever the photo’s colours are in', async () => {
    const { data } = quarterPixels(640, 480);
    const p3 = await sharp(data, { raw: { width: 640, height: 480, channels: 3 } })
      .withIccProfile('p3')
      .jpeg({ quality: 95 })
      .toBuffer();
    const plain = await sharp(p3).keepIccProfile().raw().toBuffer();
    // The file's own numbers are not sRGB's.
    expect(Math.abs((plain[0] ?? 0) - (quarters[0]?.[0] ?? 0))).toBeGreaterThan(10);
    const sent = await upload(where, serve('/p3.jpg', p3), 'view', undefined, serviceOf());
    expectQuarters((await decoded(sent.bytes)).data, 192, 192);
  });

  it('is made of the pixels of a canvas or a video as well', async () => {
    const source = serve('/quarters.jpg', await quarterFile('jpeg', { width: 320, height: 240 }));
    for (const kind of ['canvas', 'video frame', 'image data']) {
      const sent = await upload(where, { ...source, kind }, undefined, undefined, serviceOf());
      expect(sent).toMatchObject({ rung: 'view-jpeg-95', view: '192x192' });
      expectQuarters((await decoded(sent.bytes)).data, 192, 192);
    }
  });
});

/** A page of its own, whose browser is not as it should be. */
async function inPage<Result>(changed: string, script: string): Promise<Result> {
  const other = await browser.newPage();
  await other.addInitScript({ content: changed });
  await other.goto(server.url);
  const result = await other.evaluate(`import('/images.js').then(async (it) => ${script})`);
  await other.close();
  return result as Result;
}

describe.skipIf(!chromiumPath)(
  'a picture whose file can be understood in more than one way',
  () => {
    it('has the colours that the service sees', async () => {
      for (const [name, { file, type }] of Object.entries(await colouredImages())) {
        const source = serve(`/${encodeURIComponent(name)}`, file, type);
        await expectSame(name, await pixelsOf('worker', source, 64, 48), file);
      }
    });

    it('is whole, or refused by name, as by the service', async () => {
      for (const [name, file] of Object.entries(await wholeJpegs())) {
        const [unended, cut] = [file.subarray(0, -2), file.subarray(0, -30)];
        const pixels = await pixelsOf('worker', serve('/unended.jpg', unended), 64, 48);
        await expectSame(name, pixels, file, 8);
        const source = JSON.stringify(serve('/cut.jpg', cut));
        const error = (await page.evaluate(
          `import('/images.js').then((it) => it.errorOf(it.pixels('worker', ${source}, [{ width: 64, height: 48 }])))`,
        )) as Failure;
        expect(error).toMatchObject({
          name: 'ImageReadError',
          message: expect.stringContaining('a part of it is missing'),
        });
      }
      const png = await quarterFile('png');
      const unended = serve('/unended.png', png.subarray(0, -12), 'image/png');
      expectQuarters(await pixelsOf('worker', unended));
    });
  },
);

describe.skipIf(!chromiumPath)('one decode', () => {
  const counting = `
    globalThis.decodes = 0;
    const { decode } = ImageDecoder.prototype;
    ImageDecoder.prototype.decode = function (...args) { decodes++; return decode.apply(this, args); };
    const bitmap = createImageBitmap;
    globalThis.createImageBitmap = (...args) => { decodes++; return bitmap(...args); };`;

  it('is followed by another when more is asked for than was said', async () => {
    const source = JSON.stringify(serve('/photo.jpg', await photo()));
    const sizes = JSON.stringify([32, 1_400, 100].map((side) => ({ width: side, height: side })));
    const script = `(await it.pixels('page', ${source}, ${sizes}), decodes)`;
    expect(await inPage(counting, script)).toBe(2);
  });

  it('is enough for the view and the model, and is smaller than the usual upload’s', async () => {
    const source = serve('/photo.jpg', await phonePhoto(4_032, 3_024));
    const asked = `
      globalThis.desired = [];
      const { ImageDecoder: Decoder } = globalThis;
      globalThis.ImageDecoder = class extends Decoder {
        constructor(init) { super(init); desired.push(init.desiredWidth); }
      };`;
    const args = [source, undefined, { width: 192, height: 192 }, serviceOf()];
    const call = args.map((arg) => JSON.stringify(arg) ?? 'undefined').join(', ');
    const script = `(await it.upload('page', ${call}), desired)`;
    expect(await inPage(asked, script)).toEqual([Math.ceil((192 * 8) / 3)]);
  });

  it.each<[string, number, object | undefined, number]>([
    ['is enough for the model and the usual upload', 224, undefined, 1],
    ['is enough when the upload needs more', 224, { maxSide: 2_000 }, 1],
    ['is enough when the model needs more and is the first to ask', 1_200, undefined, 1],
  ])('%s', async (_, side, settings, decodes) => {
    const source = serve('/photo.jpg', await photo());
    const size = { width: side, height: side };
    const script = `
      (await it.upload('page', ${JSON.stringify(source)}, ${JSON.stringify(settings)}, ${JSON.stringify(size)}), decodes)`;
    expect(await inPage(counting, script)).toBe(decodes);
  });
});

describe.skipIf(!chromiumPath)('an image of many pixels that needs no decoding', () => {
  it.each(['bitmap', 'image element', 'image data', 'raw RGB', 'canvas'])(
    'crosses to the worker as it is seen: %s',
    async (kind) => {
      const file = await quarterFile('jpeg', { width: 2_600, height: 2_000 });
      const source = { ...serve('/large.jpg', file), kind };
      expectQuarters(await pixelsOf('worker', source));
      const { bytes } = await upload('worker', source);
      const { data, width, height } = await decoded(bytes);
      expect([width, height]).toEqual([640, 492]);
      expectQuarters(data, width, height);
    },
  );
});

describe.skipIf(!chromiumPath)('a canvas that does not show what was drawn', () => {
  const lying = `
    const { getImageData } = OffscreenCanvasRenderingContext2D.prototype;
    OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...args) {
      const image = getImageData.apply(this, args);
      crypto.getRandomValues(new Uint8Array(image.data.buffer, 0, 4096));
      return image;
    };`;
  const size = { width: 32, height: 32 };

  it('gives no pixels, and nothing made of it is sent', async () => {
    const jpeg = JSON.stringify(serve('/photo.jpg', await photo()));
    const avif = JSON.stringify(serve('/x.avif', await quarterFile('avif'), 'image/avif'));
    const results = await inPage<[Failure, Sent, Failure]>(
      lying,
      `await Promise.all([
        it.errorOf(it.pixels('page', ${jpeg}, [${JSON.stringify(size)}])),
        it.upload('page', ${jpeg}),
        it.errorOf(it.upload('page', ${avif})),
      ])`,
    );
    expect(results[0]).toMatchObject({ name: 'CanvasBlockedError' });
    expect(results[1]).toMatchObject({ isOriginal: true });
    expect(results[2]).toMatchObject({ name: 'ImageFormatError' });
    expect(results[2].message).toContain('resistFingerprinting');
  });

  it('does not matter to a worker whose canvas does', async () => {
    const source = JSON.stringify(serve('/q.png', await quarterFile('png'), 'image/png'));
    const [pixels] = await inPage<{ data: number[] }[]>(
      lying,
      `await it.pixels('worker', ${source}, [{ width: 32, height: 24 }])`,
    );
    expectQuarters(pixels?.data ?? []);
  });

  it('is believed when only the lowest bits are off', async () => {
    const source = JSON.stringify(serve('/q.png', await quarterFile('png'), 'image/png'));
    const noisy = lying.replace(
      /crypto.*/,
      'for (let i = 0; i < 999; i++) image.data[i] ^= i & 1;',
    );
    const [pixels] = await inPage<{ data: number[] }[]>(
      noisy,
      `await it.pixels('page', ${source}, [{ width: 32, height: 24 }])`,
    );
    expectQuarters(pixels?.data ?? []);
  });
});

describe.skipIf(!chromiumPath)('where the worker cannot start', () => {
  it('the page decodes by itself', async () => {
    const source = JSON.stringify(serve('/q.png', await quarterFile('png'), 'image/png'));
    const [pixels] = await inPage<{ data: number[] }[]>(
      '',
      `await it.pixelsWithoutWorker(${source}, { width: 32, height: 24 })`,
    );
    expectQuarters(pixels?.data ?? []);
  });
});
