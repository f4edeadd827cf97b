import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sampleInput } from '../../../functions/profiler/sample.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { photoFile, readCatalogue } from '../../../lib/service/catalogue/load.ts';

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

  it('is a photo, which has to be decoded as clients’ images have, when there is none', async () => {
    const photos = dirname(join(resolveCatalogue('table3'), '..', photoFile));
    const input = sampleInput({ ...shapes, samples: [] }, photos);
    expect(input.contentType).toBe('image/jpeg');
    expect(await decoded(input)).toMatchObject({ width: 500, height: 375 });
  });
});
