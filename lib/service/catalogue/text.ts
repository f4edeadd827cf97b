import { readFileSync } from 'node:fs';
import { MdInferenceError } from '../../core/errors.ts';

/** A file that should be text is not UTF-8; the message says what it seems to be. */
export class TextEncodingError extends MdInferenceError {
  override readonly name = 'TextEncodingError';
}

/**
 * Reads a file of text. Every file that a user writes, JSON or CSV, is read in this way.
 *
 * @returns the text without a byte-order mark
 * @throws {@link TextEncodingError} when it is not UTF-8
 */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path));
}

/**
 * The text of a file's bytes.
 *
 * @returns the text without a byte-order mark
 * @throws {@link TextEncodingError} when it is not UTF-8
 */
export function decodeText(bytes: Uint8Array): string {
  const other = otherEncodingOf(bytes);
  if (other) throw new TextEncodingError(`it is ${other}; save it as UTF-8`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TextEncodingError('it is not UTF-8 (Latin-1 or Windows-1252?); save it as UTF-8');
  }
}

/**
 * What a file is that is not UTF-8, judged by its beginning: Windows' Notepad, PowerShell's `>` and Excel write some of
 * these. Undefined when it may be UTF-8.
 */
export function otherEncodingOf(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32 (big-endian)';
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return 'UTF-32 (little-endian)';
  if (a === 0xff && b === 0xfe) return 'UTF-16 (little-endian)';
  if (a === 0xfe && b === 0xff) return 'UTF-16 (big-endian)';
  if (a === 0x1f && b === 0x8b) return 'compressed with gzip, not text';
  if (bytes.length % 2 === 0 && a !== 0 && b === 0) return 'UTF-16 (little-endian)';
  if (bytes.length % 2 === 0 && a === 0 && b !== 0) return 'UTF-16 (big-endian)';
  return bytes.includes(0) ? 'binary, not text' : undefined;
}
