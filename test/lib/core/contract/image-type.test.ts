import { expect, it } from 'vitest';
import { imageTypeOf } from '../../../../lib/core/contract/image-type.ts';

it.each([
  ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF\0'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/png', '\x89PNG\r\n\x1a\n\0\0\0\r'],
  ['image/webp', 'RIFF\x0a\x0d\0\0WEBPVP8 '],
  [undefined, ''],
  [undefined, '\xff\xd8'],
  [undefined, 'GIF89a'],
  [undefined, 'RIFF\0\0\0\0WAVE'],
  [undefined, ' \xff\xd8\xff'],
])('%s begins with %j', (type, text) => {
  expect(imageTypeOf(Buffer.from(text, 'latin1'))).toBe(type);
});
