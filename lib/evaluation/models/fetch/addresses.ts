import { basename } from 'node:path';
import type { ListedModel } from '../../../service/catalogue/schema.ts';

/**
 * Where a model's file can be had: first from a mirror, by the file's name alone and by the paths that its URLs
 * have, then from these.
 *
 * @param mirror - a server that has the files, such as a company's own or one of Hugging Face; no final slash
 */
export function addressesOf(
  { file, urls = [] }: Pick<ListedModel, 'file' | 'urls'>,
  mirror: string | undefined,
): string[] {
  if (mirror === undefined) return urls;
  const paths = urls.map((url) => new URL(url).pathname);
  const mirrored = [`/${encodeURIComponent(basename(file))}`, ...paths].map(
    (path) => mirror + path,
  );
  return [...new Set([...mirrored, ...urls])];
}
