import type { Readable } from 'node:stream';

/** A longer line is handed on in parts, as CloudWatch does with an event of more than 256 KB. */
const maxLineLength = 256 * 1024;

/** Calls a function with each line of a stream, and with an unfinished one at its end. */
export function forEachLine(source: Readable, onLine: (line: string) => void): void {
  let rest = '';
  source.setEncoding('utf8');
  source.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    while (rest.length >= maxLineLength) {
      onLine(rest.slice(0, maxLineLength));
      rest = rest.slice(maxLineLength);
    }
  });
  source.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
