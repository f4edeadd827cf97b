import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sampleInput } from '../../../functions/profiler/sample.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { photoFile, readCatalogue } from '../../../lib/service/catalogue/load.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const directory = resolveCatalogue('shapes');
const shapes = readCatalogue(directory);
const decoded = ({ body }: { body: string }) => sharp(Buffer.from(body, 'base64')).metadata();

function sampleOf(file: string, bytes: Uint8Array): Parameters<typeof sampleInput> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, file), bytes);
  return [{ ...shapes, samples: [{ file: `samples/${file}`, label: 'x' }] }, folder];
}

describe('what models are measured with', () => {
  it('is the catalogue’s first sample', async () => {
    const [first] = shapes.samples;
    const samples = join(directory, dirname(first?.file ?? ''));
    const input = sampleInput(shapes, samples);
    expect(input.contentType).toBe('image/jpeg');
    expect(await decoded(input)).toMatchObject({ format: 'jpeg' });
    expect(basename(first?.file ?? '')).toMatch(/\.jpg$/);
  });

  it.each([
    ['\x89PNG', 'image/png'],
    ['RIFF1234WEBP', 'image/webp'],
    ['\xff\xd8\xff', 'image/jpeg'],
  ])('has its content type by its bytes, whatever its name is: %j', (begin, contentType) => {
    const pixels = Buffer.from(begin, 'latin1');
    expect(sampleInput(...sampleOf('photo.jfif', pixels))).toEqual({
      contentType,
      body: pixels.toString('base64'),
    });
  });

  it('is named when no model could decode it', () => {
    const sample = sampleOf('photo.jpg', Buffer.from('GIF89a'));
    expect(() => sampleInput(...sample)).toThrow(
      'the sample photo.jpg cannot be decoded: it is a GIF',
    );
  });

  it('is a photo, which has to be decoded as clients’ images have, when there is none', async () => {
    const photos = dirname(join(resolveCatalogue('table3'), '..', photoFile));
    const input = sampleInput({ ...shapes, samples: [] }, photos);
    expect(input.contentType).toBe('image/jpeg');
    expect(await decoded(input)).toMatchObject({ width: 500, height: 375 });
  });
});
