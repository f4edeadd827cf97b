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
  const fault = whyNotUtf8(bytes);
  if (fault) throw new TextEncodingError(fault);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TextEncodingError('it is not UTF-8 (Latin-1 or Windows-1252?): save it as UTF-8');
  }
}

/**
 * Why bytes are not UTF-8, judged by their beginning: Windows' Notepad, PowerShell's `>` and Excel write other encodings.
 *
 * @returns undefined when they may be UTF-8
 */
export function whyNotUtf8(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0x1f && b === 0x8b) return 'it is compressed with gzip, not text';
  const encoding = wideEncodingOf(bytes.length, [a, b, c, d]);
  if (encoding) return `it is ${encoding}: save it as UTF-8`;
  return bytes.includes(0) ? 'it is binary, not text' : undefined;
}

/** By its mark, or by every other byte of Latin text, which is 0. */
function wideEncodingOf(length: number, [a, b, c, d]: (number | undefined)[]): string | undefined {
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32 (big-endian)';
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return 'UTF-32 (little-endian)';
  if (a === 0xff && b === 0xfe) return 'UTF-16 (little-endian)';
  if (a === 0xfe && b === 0xff) return 'UTF-16 (big-endian)';
  if (length % 2 === 1) return undefined;
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'UTF-16 (little-endian)';
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'UTF-16 (big-endian)' : undefined;
}
