import { describe, expect, it } from 'vitest';
import type { EncodedImage, EncodeSettings, OpenImage } from '../../../../lib/client/api/codec.ts';
import type { DeviceInput } from '../../../../lib/client/api/image.ts';
import { ImageFormatError } from '../../../../lib/client/api/image-errors.ts';
import type { Upload } from '../../../../lib/client/api/upload-settings.ts';
import { bytesIn, uploadOf } from '../../../../lib/client/uploads/usual-upload.ts';
import { maxBodyBytes } from '../../../../lib/core/contract/limits.ts';

const jpegBegin = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
const webpBegin = new TextEncoder().encode('RIFF\0\0\0\0WEBPVP8 ');

/** A file of so many bytes that begins like this. */
function file(contentType: string, bytes = 10_000, begin: Uint8Array = jpegBegin): EncodedImage {
  const image = new Uint8Array(bytes);
  image.set(begin);
  return { image, contentType };
}

/** Encodes as well as it is told: bytes by side and quality. */
function codec(bytesOf: (how: EncodeSettings) => number) {
  const asked: EncodeSettings[] = [];
  const open: OpenImage = {
    pixels: () => Promise.reject(new Error('not needed')),
    encode: async (how) => {
      asked.push(how);
      return { image: new Blob([new Uint8Array(bytesOf(how))]), contentType: how.type };
    },
    view: () => Promise.reject(new Error('not asked for')),
    close: () => undefined,
  };
  return { open, asked };
}
const broken: OpenImage = {
  pixels: () => Promise.reject(new Error('cannot be decoded')),
  view: () => Promise.reject(new Error('cannot be decoded')),
  encode: () => Promise.reject(new Error('cannot be decoded')),
  close: () => undefined,
};
const sent = (open: OpenImage, input: DeviceInput, upload?: Upload) =>
  uploadOf(open, input, upload);

describe('uploadOf', () => {
  it.each<[string, EncodedImage, Upload | undefined]>([
    ['a raw tensor, of any size', file('application/octet-stream', 9_000_000), undefined],
    ['a small file', file('image/jpeg', 150_000), undefined],
    ['a large file that is to stay as it is', file('image/webp', 4_000_000, webpBegin), 'original'],
  ])('sends %s as it is', async (_, input, upload) => {
    const { open, asked } = codec(() => 1);
    expect(await sent(open, input, upload)).toEqual(input);
    expect(asked).toEqual([]);
  });

  it('makes a large file smaller, as much as a model hardly minds', async () => {
    const { open, asked } = codec(() => 60_000);
    const { image, contentType } = await sent(open, file('image/png', 150_001));
    expect([bytesIn(image), contentType]).toEqual([60_000, 'image/jpeg']);
    expect(asked).toEqual([{ maxSide: 640, quality: 0.85, type: 'image/jpeg' }]);
  });

  it('goes by the app’s settings, whatever the size', async () => {
    const { open, asked } = codec(() => 900);
    const settings = { maxSide: 256, quality: undefined, type: 'image/webp' } as const;
    const { contentType } = await sent(open, file('image/jpeg', 1_000), settings);
    expect(contentType).toBe('image/webp');
    expect(asked).toEqual([{ maxSide: 256, quality: 0.85, type: 'image/webp' }]);
  });

  it.each<[string, OpenImage]>([
    ['it cannot be decoded', broken],
    ['it would be larger', codec(() => 1_000_000).open],
  ])('sends what the service takes as it is where %s', async (_, open) => {
    const input = file('image/jpeg', 1_000_000);
    expect(await sent(open, input)).toEqual(input);
  });

  it.each([
    ['image/jpg', jpegBegin, 'image/jpeg'],
    ['', jpegBegin, 'image/jpeg'],
    ['image/heic', jpegBegin, 'image/jpeg'],
    ['image/png', jpegBegin, 'image/jpeg'],
    ['image/x-png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'image/png'],
    ['image/unknown', webpBegin, 'image/webp'],
  ])('goes by the first bytes of "%s"', async (type, begin, told) => {
    const view = file(type, 5_000, begin).image as Uint8Array<ArrayBuffer>;
    for (const image of [view, view.buffer, new Blob([view])]) {
      const { contentType, image: same } = await sent(broken, { image, contentType: type });
      expect(contentType).toBe(told);
      expect(same).toBe(image);
    }
  });

  it.each([
    ['a HEIC', '\0\0\0\x18ftypheic'],
    ['an HTML page', '<!doctype html>'],
  ])('sends no %s that has the name of a JPEG', async (name, begin) => {
    const input = file('image/jpeg', 5_000, Buffer.from(begin, 'latin1'));
    const { open } = codec(() => 60_000);
    expect(bytesIn((await sent(open, input)).image)).toBe(60_000);
    const failed = sent(broken, input);
    await expect(failed).rejects.toThrow(ImageFormatError);
    await expect(failed).rejects.toThrow(`it is ${name}`);
  });

  it('lets the service decide where a Blob cannot be read', async () => {
    const unreadable = Object.create(Blob.prototype, {
      size: { value: 5_000 },
      slice: { value: () => unreadable },
    }) as Blob;
    const input = { image: unreadable, contentType: 'image/jpg' };
    expect(await sent(broken, input)).toEqual(input);
  });

  it.each<[string, DeviceInput]>([
    ['a format that it does not take', file('image/heic', 5_000, Uint8Array.of(0, 0, 0, 24))],
    [
      'pixels',
      { image: { data: new Uint8Array(3), width: 1, height: 1 }, contentType: 'image/raw' },
    ],
    ['a file above its limit', file('image/jpeg', maxBodyBytes + 1)],
  ])('encodes %s for the service, also when it is to stay as it is', async (_, input) => {
    for (const upload of [undefined, 'original', { maxSide: 99 }] as const) {
      const { open } = codec(() => 50_000);
      expect((await sent(open, input, upload)).contentType).toBe('image/jpeg');
    }
    const failed = sent(broken, input);
    await expect(failed).rejects.toThrow(ImageFormatError);
    await expect(failed).rejects.toThrow(
      `${input.contentType}${input.contentType === 'image/raw' ? '' : ` of ${bytesIn(input.image as Blob)} bytes`} cannot`,
    );
  });

  it('goes on until it fits', async () => {
    const { open, asked } = codec(({ maxSide, quality }) => 4 * maxSide ** 2 * quality);
    const { image } = await sent(open, file('image/png', 30_000_000), 'original');
    expect(bytesIn(image)).toBeLessThanOrEqual(maxBodyBytes);
    expect(asked.length).toBeGreaterThan(2);
    expect(asked[0]).toEqual({ maxSide: 4_096, quality: 0.92, type: 'image/jpeg' });
  });

  it('gives up when it never fits', async () => {
    const { open } = codec(() => maxBodyBytes + 1);
    await expect(sent(open, file('image/heic', 9, Uint8Array.of(0)))).rejects.toThrow('image/heic');
  });
});

it('knows the size of whatever is uploaded', () => {
  expect(bytesIn(new Blob(['123']))).toBe(3);
  expect(bytesIn(new ArrayBuffer(4))).toBe(4);
  expect(bytesIn(new DataView(new ArrayBuffer(8), 2, 5))).toBe(5);
});
