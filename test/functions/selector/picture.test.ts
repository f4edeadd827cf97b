import { describe, expect, it } from 'vitest';
import { readPicture } from '../../../functions/selector/picture.ts';
import {
  animatedWebp,
  bandBomb,
  flatJpeg,
  flatPng,
  flatWebp,
  scanBomb,
  textBomb,
} from '../../fixtures/costly-images.ts';
import { apiEvent, madeUpService } from './made-up-service.ts';

const view = { width: 16, height: 12 };
const read = (file: Buffer, viewName?: string) =>
  readPicture(
    { ...madeUpService(), view },
    apiEvent({ body: file.toString('base64'), isBase64Encoded: true }),
    viewName,
  );

describe('a picture, before any model is asked', () => {
  it('is measured by its header', () => {
    expect(read(flatJpeg({ width: 8, height: 8 })).decoding.ms).toBeGreaterThan(0.4);
    const large = flatPng({ width: 2_000, height: 2_000 });
    expect(read(large).decoding.ms).toBeGreaterThan(10);
  });

  it('costs nothing as a raw tensor', () => {
    const headers = { 'content-type': 'application/octet-stream' };
    const body = Buffer.alloc(8 * 8 * 3).toString('base64');
    const event = apiEvent({ headers, body, isBase64Encoded: true });
    expect(readPicture({ ...madeUpService(), view }, event).decoding.ms).toBe(0);
  });

  const large = { width: 7_070, height: 7_070 };
  const largest = { width: 16_383, height: 16_383 };
  const text = textBomb(7_900_000);
  it.each([
    ['2,000 scans', scanBomb(2_000)],
    ['scans through all coefficients', bandBomb(14, large)],
    ['texts', flatPng({ ...view, before: Array(100).fill(text) })],
    ['a large lossless WebP', flatWebp(largest)],
    ['a large animation', animatedWebp(largest, 9)],
    ['text', Buffer.from('no picture')],
    ['a beginning', Buffer.from([0xff, 0xd8, 0xff])],
  ])('is refused when none can decode it: %s', (_, file) => {
    expect(() => read(file)).toThrow(
      expect.objectContaining({
        type: 'undecodable-image',
        message: expect.stringMatching(/^the image cannot be decoded: /),
      }),
    );
  });

  it('is refused when it is not the view that it is said to be', () => {
    expect(read(flatJpeg(view), '16x12')).toMatchObject({ view });
    expect(() => read(flatJpeg({ width: 16, height: 13 }), '16x12')).toThrow(
      expect.objectContaining({
        type: 'not-the-view',
        message:
          'mdi-view says that the image is the view, which has 16x12 pixels, but it has 16x13',
      }),
    );
  });

  it('may be the view that lies on its side: a model’s function knows how it is turned', () => {
    expect(read(flatJpeg({ width: 12, height: 16 }), '16x12')).toMatchObject({ view });
    expect(() => read(flatJpeg({ width: 12, height: 12 }), '16x12')).toThrow('but it has 12x12');
  });
});
