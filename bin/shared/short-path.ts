import { relative } from 'node:path';

/** A path as people write it: from the working directory when it lies in there. */
export function shortPath(path: string): string {
  const fromHere = relative('', path);
  if (fromHere === '') return '.';
  return fromHere.startsWith('..') ? path : fromHere;
}
