import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { photoFile } from '../../lib/service/catalogue/load.ts';
import type { Catalogue } from '../../lib/service/catalogue/schema.ts';

/**
 * The input that models are measured with: the catalogue's first sample image, or the photo that comes
 * with the profiler.
 *
 * @param directory - of the profiler's code, where the image lies
 */
export function sampleInput(
  catalogue: Catalogue,
  directory: string,
): Pick<InferenceEvent, 'contentType' | 'body'> {
  const path = join(directory, basename(catalogue.samples[0]?.file ?? photoFile));
  return { contentType: contentTypeOf(path), body: readFileSync(path).toString('base64') };
}

function contentTypeOf(path: string): string {
  if (path.endsWith('.png')) return 'image/png';
  return path.endsWith('.webp') ? 'image/webp' : 'image/jpeg';
}
