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
    ['photo.png', 'image/png'],
    ['photo.webp', 'image/webp'],
    ['photo.jpeg', 'image/jpeg'],
  ])('has its content type by its name: %s', (file, contentType) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, file), 'pixels');
    const catalogue = { ...shapes, samples: [{ file: `samples/${file}`, label: 'x' }] };
    expect(sampleInput(catalogue, folder)).toEqual({
      contentType,
      body: Buffer.from('pixels').toString('base64'),
    });
  });

  it('is a photo, which has to be decoded as clients’ images have, when there is none', async () => {
    const photos = dirname(join(resolveCatalogue('table3'), '..', photoFile));
    const input = sampleInput({ ...shapes, samples: [] }, photos);
    expect(input.contentType).toBe('image/jpeg');
    expect(await decoded(input)).toMatchObject({ width: 500, height: 375 });
  });
});
