import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Catalogue, inputBytes } from '../../lib/catalogue/schema.ts';
import { tensorContentType } from '../../lib/http/body.ts';
import type { InferenceEvent } from '../../lib/inference/contract.ts';

/**
 * The input that models are measured with: the catalogue's first sample image, or a grey tensor when
 * the catalogue has none.
 */
export function sampleInput(
  catalogue: Catalogue,
  directory: string,
): Pick<InferenceEvent, 'contentType' | 'body'> {
  const path = join(directory, basename(catalogue.samples[0]?.file ?? ''));
  if (catalogue.samples.length > 0 && existsSync(path)) {
    return { contentType: contentTypeOf(path), body: readFileSync(path).toString('base64') };
  }
  const grey = Buffer.alloc(
    inputBytes(catalogue.input),
    catalogue.input.dtype === 'uint8' ? 128 : 0,
  );
  return { contentType: tensorContentType, body: grey.toString('base64') };
}

function contentTypeOf(path: string): string {
  if (path.endsWith('.png')) return 'image/png';
  return path.endsWith('.webp') ? 'image/webp' : 'image/jpeg';
}
