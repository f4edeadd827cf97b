import { relative } from 'node:path';

/** A path as people write it: relative to the working directory when it is inside. */
export function shortPath(path: string): string {
  const fromHere = relative('', path);
  if (fromHere === '') return '.';
  return fromHere.startsWith('..') ? path : fromHere;
}
