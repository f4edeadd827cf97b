import { readFileSync } from 'node:fs';

/** Reads one of the files of test vectors; `it.each` needs at least one of each kind to say anything. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'));
}
