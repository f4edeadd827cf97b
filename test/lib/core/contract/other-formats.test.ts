import { describe, expect, it } from 'vitest';
import { itIs, otherFormatOf, whyNoImage } from '../../../../lib/core/contract/other-formats.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const box = (brand: string, ...compatible: string[]) =>
  `\0\0\0\x18ftyp${brand}\0\0\0\0${compatible.join('')}`;

describe('a file of another format', () => {
  it.each([
    ['a HEIC', box('heic', 'mif1', 'heic')],
    ['a HEIC', box('heix', 'mif1')],
    ['a HEIC', box('hevc')],
    ['a HEIC', box('mif1', 'heic')],
    ['an AVIF', box('avif', 'mif1', 'miaf')],
    ['an AVIF', box('avis')],
    ['an AVIF', box('mif1', 'miaf', 'avif')],
    ["a camera's raw file", box('crx ')],
    ["a camera's raw file", 'FUJIFILMCCD-RAW 0201'],
    ["a camera's raw file", 'IIU\0'],
    ["a TIFF, or a camera's raw file such as DNG", 'II*\0\x08\0\0\0'],
    ["a TIFF, or a camera's raw file such as DNG", 'MM\0*'],
    ['a MOV film', box('qt  ')],
    ['a MOV film', '\0\0\0\x08wide'],
    ['an MP4 film', box('mp42', 'isom')],
    ['a WebM film', '\x1aE\xdf\xa3'],
    ['an AVI film', 'RIFF\0\0\0\0AVI LIST'],
    ['a GIF', 'GIF89a'],
    ['a BMP', 'BM\x36\x10\0\0\0\0\0\0\x36'],
    ['a JPEG XL', '\xff\x0a\0'],
    ['a JPEG XL', '\0\0\0\x0cJXL \r\n\x87\n'],
    ['a JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
    ['a JPEG 2000', '\xff\x4f\xff\x51\0'],
    ['a JPEG XR', 'II\xbc\x01'],
    ['an ICO', '\0\0\x01\0\x01\0'],
    ['a PSD', '8BPS\0\x01'],
    ['an OpenEXR', 'v/1\x01\x02'],
    ['a PPM', 'P6 2 2 255\n'],
    ['a QOI', 'qoif'],
    ['a PDF', '%PDF-1.7'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['an SVG', '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<svg>'],
    ['an SVG', '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">\n<svg viewBox="0 0 1 1">'],
    ['an HTML page', '\n<!doctype html><html>'],
    ['an HTML page', '<HTML><HEAD>'],
    ['an XML text', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code>'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:'],
    ['the base64 text of a picture', '/9j/4AAQSkZJRg'],
    ['the base64 text of a picture', 'data:image/png;base64,iVBORw0KGgo'],
    ['a form', '--x1\r\nContent-Disposition: form-data; name="file"\r\n\r\n\xff\xd8'],
    ['a JSON text', '{"image": "..."}'],
    ['a JSON text', '[\n  {}]'],
    ['a gzip file', '\x1f\x8b\x08'],
    ['a ZIP file', 'PK\x03\x04'],
  ])('is known as %s by how it begins: %j', (name, begin) => {
    expect(otherFormatOf(bytes(begin))?.name).toBe(name);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'BMW'],
    ['text', 'this is not a picture'],
    ['a JPEG', '\xff\xd8\xff\xe0'],
    ['a WebP', 'RIFF\0\0\0\0WEBPVP8 '],
    ['a black tensor', '\0'.repeat(64)],
    ['a grey tensor', '\x80'.repeat(64)],
  ])('is not %s', (_, begin) => {
    expect(otherFormatOf(bytes(begin))).toBeUndefined();
  });

  it('is told with what can be done about it', () => {
    expect(itIs({ name: 'a GIF', isPicture: true })).toBe('it is a GIF');
    expect(itIs({ name: 'a ZIP', isPicture: false, wayOut: 'unpack it' })).toBe(
      'it is a ZIP (unpack it)',
    );
  });
});

it.each([
  ['', 'it is empty'],
  ['GIF89a', 'it is a GIF'],
  ['\0'.repeat(100), 'it has zeros where a picture begins'],
  ['\xff\xd8\xff\xe0', 'it begins like a JPEG, and is damaged, or of a kind that no camera writes'],
  ['who knows', 'it begins like no JPEG, PNG or WebP'],
])('%j is no image: %s', (begin, why) => {
  expect(whyNoImage(bytes(begin))).toBe(why);
});
