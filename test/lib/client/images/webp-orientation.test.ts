import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeOrientation } from '../../../../lib/client/images/webp-orientation.ts';
import { quarterFile } from '../../../fixtures/photos.ts';

const webp = (bytes: Uint8Array) =>
  new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/webp' });

describe('the orientation of a WebP', () => {
  it('is taken out of its file', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const taken = await takeOrientation(webp(await quarterFile('webp', { orientation })));
      expect(taken.orientation).toBe(orientation);
      // Once taken, it is gone.
      expect((await takeOrientation(taken.file)).orientation).toBe(1);
      expect(taken.file.type).toBe('image/webp');
    }
  });

  it('is found behind a prefix and in big-endian order', async () => {
    const exif = Buffer.from(
      '457869660000' + '4d4d002a00000008' + '0001' + '0112000300000001' + '00060000',
      'hex',
    );
    const chunk = Buffer.concat([Buffer.from('EXIF'), Buffer.from([exif.length, 0, 0, 0]), exif]);
    const odd = Buffer.from('VP8 \x03\0\0\0abc\0', 'latin1');
    const file = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), odd, chunk]);
    expect((await takeOrientation(webp(file))).orientation).toBe(6);
  });

  it('is 1 in other files, and where there is none', async () => {
    const jpeg = new Blob([await quarterFile('jpeg', { orientation: 6 })], { type: 'image/jpeg' });
    expect(await takeOrientation(jpeg)).toEqual({ file: jpeg, orientation: 1 });
  });

  it('of garbage is 1 to 8, whatever it is', async () => {
    const good = await quarterFile('webp', { orientation: 6 });
    const damage = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.array(damage, { maxLength: 20 }),
        fc.nat(good.length),
        async (changes, end) => {
          const bytes = Uint8Array.from(good);
          for (const [at, value] of changes) bytes[at] = value;
          const { orientation } = await takeOrientation(webp(bytes.subarray(0, end)));
          expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(orientation);
        },
      ),
    );
  });
});
