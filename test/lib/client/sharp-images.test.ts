import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageInput } from '../../../lib/client/api/image.ts';
import type { Destination, ServedModels, UploadedImage } from '../../../lib/client/api/pipeline.ts';
import type { Upload } from '../../../lib/client/api/upload-settings.ts';
import { ImageReadError, sharpImages } from '../../../lib/client/sharp-images.ts';
import type { InferResponse } from '../../../lib/core/contract/messages.ts';
import type { UploadEncoding } from '../../../lib/core/upload/rung.ts';
import { decodeImage } from '../../../lib/service/inference/decode.ts';
import { quarterFile, quarterPixels } from '../../fixtures/photos.ts';

const images = sharpImages(sharp);
const view = { width: 80, height: 64, resizeShorterSide: 96 };
const answer = { timing: { source: 'default' } } as InferResponse;

/** A service with a view, and one way to send it. */
function service(encoding?: UploadEncoding): Destination {
  const rung = { name: 'a-rung', meanBytes: 5_000, stdBytes: 0, accuracyLossPct: {} };
  const uploads = encoding && { rungs: [{ ...rung, encoding }] };
  const models: ServedModels = { models: [], view, uploads };
  return { models, delayMs: undefined, refreshModels: () => Promise.resolve() };
}

async function sent(image: ImageInput, to: Destination, upload?: Upload): Promise<UploadedImage> {
  const files: UploadedImage[] = [];
  const open = images.open({ image, contentType: 'image/jpeg' }, 32, upload, to);
  await open.send(
    async (file) => {
      files.push(file);
      return answer;
    },
    { time: { nowMs: () => 0 }, endMs: 100 },
  );
  return files[0] as UploadedImage;
}
const bytesOf = ({ image }: UploadedImage) => image as Uint8Array;

describe('sharpImages', () => {
  it.each([1, 6, 7])('sees what the service sees, in orientation %i', async (orientation) => {
    const file = await quarterFile('jpeg', { orientation, width: 320, height: 240 });
    const { data, ...size } = await images
      .open({ image: file, contentType: 'image/jpeg' }, 32)
      .pixels(view);
    expect(size).toEqual({ width: 80, height: 64 });
    expect(Buffer.compare(data, await decodeImage(file, view))).toBe(0);
  });

  it.each<[string, UploadEncoding]>([
    ['jpeg', { type: 'image/jpeg', quality: 95 }],
    ['jpeg', { type: 'image/jpeg', quality: 90, chroma: '4:4:4' }],
    ['webp', { type: 'image/webp', quality: 80 }],
  ])('sends the view as %s: %o', async (format, encoding) => {
    const made = await sent(quarterPixels(640, 480), service(encoding));
    expect(made).toMatchObject({ contentType: encoding.type, rung: 'a-rung', view: '80x64' });
    const metadata = await sharp(bytesOf(made)).metadata();
    expect(metadata).toMatchObject({ format, width: 80, height: 64 });
    if (format === 'jpeg') expect(metadata.chromaSubsampling).toBe(encoding.chroma ?? '4:2:0');
    // Decoded again it is the view, but for what the compression has cost.
    const pixels = await sharp(bytesOf(made)).raw().toBuffer();
    const whole = await decodeImage(await quarterFile('png', { width: 640, height: 480 }), view);
    const error = pixels.reduce((sum, value, i) => sum + Math.abs(value - (whole[i] ?? 0)), 0);
    expect(error / pixels.length).toBeLessThan(4);
  });

  it.each<[Upload, string]>([
    [{ maxSide: 64 }, 'jpeg'],
    [{ maxSide: 64, type: 'image/webp' }, 'webp'],
    [{ maxSide: 64, type: 'image/png' }, 'png'],
  ])('makes images smaller: %o', async (upload, format) => {
    const file = await quarterFile('jpeg', { orientation: 6, width: 320, height: 240 });
    const metadata = await sharp(bytesOf(await sent(file, service(), upload))).metadata();
    expect(metadata).toMatchObject({ format, width: 64, height: 48 });
  });

  it('takes files however they are held, and pixels', async () => {
    const file = await quarterFile('png', { width: 320, height: 240 });
    const bytes = new Uint8Array(file);
    const rgb = quarterPixels(320, 240);
    const rgba = await sharp(file).ensureAlpha().raw().toBuffer();
    const held = [bytes, bytes.buffer, new Blob([bytes]), rgb, { ...rgb, data: rgba }];
    for (const image of held) {
      const open = images.open({ image, contentType: 'image/png' }, 32);
      const { data } = await open.pixels(view);
      expect(Buffer.compare(data, await decodeImage(file, view))).toBe(0);
      open.close();
    }
  });

  it('names what it cannot read', async () => {
    const open = images.open({ image: { width: 9, height: 9 }, contentType: 'image/raw' }, 32);
    await expect(open.pixels(view)).rejects.toThrow(ImageReadError);
  });
});
