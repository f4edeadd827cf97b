import sharp from 'sharp';
import { expect, it } from 'vitest';
import { sharpImages } from '../../../lib/client/sharp-images.ts';
it('x', async () => { expect(sharpImages(sharp)).toBeDefined(); });
