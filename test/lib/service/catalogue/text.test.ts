import { describe, expect, it } from 'vitest';
import { decodeText, TextEncodingError } from '../../../../lib/service/catalogue/text.ts';

const text = '{"über": "名"}';
const bigEndian = (bytes: Buffer) => Buffer.from(bytes).swap16();

describe('decodeText', () => {
  it('skips a byte-order mark', () => {
    expect(decodeText(Buffer.from(text))).toBe(text);
    expect(decodeText(Buffer.from(`\ufeff${text}`))).toBe(text);
    expect(decodeText(Buffer.from(''))).toBe('');
  });

  it.each([
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), /^it is UTF-16 \(little-endian\): save/],
    ['UTF-16', bigEndian(Buffer.from(`\ufeff${text}`, 'utf16le')), /UTF-16 \(big-endian\)/],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), /UTF-16 \(little-endian\)/],
    ['UTF-16 without a mark', bigEndian(Buffer.from(text, 'utf16le')), /UTF-16 \(big-endian\)/],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /UTF-32 \(little-endian\)/],
    ['UTF-32', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x7b]), /UTF-32 \(big-endian\)/],
    ['Latin-1', Buffer.from('{"über": 1}', 'latin1'), /not UTF-8 \(Latin-1 or Windows-1252\?\)/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), /compressed with gzip/],
    ['no text at all', Buffer.from('abc\0def'), /binary, not text/],
  ])('names %s', (_, bytes, message) => {
    expect(() => decodeText(bytes)).toThrow(TextEncodingError);
    expect(() => decodeText(bytes)).toThrow(message);
  });
});
