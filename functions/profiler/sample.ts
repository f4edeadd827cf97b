import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { imageTypeOf } from '../../lib/core/contract/image-type.ts';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { whyNoImage } from '../../lib/core/contract/other-formats.ts';
import { photoFile } from '../../lib/service/catalogue/load.ts';
import type { Catalogue } from '../../lib/service/catalogue/schema.ts';

/**
 * The input that models are measured with: the catalogue's first sample image, or the photo that comes
 * with the profiler.
 *
 * @param directory - of the profiler's code, where the image lies
 * @throws Error when it is no JPEG, PNG or WebP
 */
export function sampleInput(
  catalogue: Catalogue,
  directory: string,
): Pick<InferenceEvent, 'contentType' | 'body'> {
  const path = join(directory, basename(catalogue.samples[0]?.file ?? photoFile));
  const image = readFileSync(path);
  const contentType = imageTypeOf(image);
  if (!contentType) {
    throw new Error(`the sample ${basename(path)} cannot be decoded: ${whyNoImage(image)}`);
  }
  return { contentType, body: image.toString('base64') };
}
