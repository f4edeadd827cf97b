import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64Bytes,
  checkBodyLength,
  checkContentEncoding,
  contentTypeOfBody,
} from '../../../../lib/core/contract/body.ts';
import { maxBodyBytes } from '../../../../lib/core/contract/limits.ts';

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const tensorBytes = 12;
/** What a body is taken for. */
const typeOf = (
  header: string | undefined,
  begin: Uint8Array = Buffer.from('zero'),
  bytes = 1000,
) => contentTypeOfBody({ header, bytes, begin, tensorBytes });
const refused = expect.objectContaining({ type: 'unsupported-media-type' });

describe('a body', () => {
  it.each([
    ['image/jpeg', 'image/jpeg'],
    ['IMAGE/PNG', 'image/png'],
    ['image/webp; charset=binary', 'image/webp'],
    [' image/jpeg ;q=1', 'image/jpeg'],
    ['image/jpg', 'image/jpeg'],
    ['image/pjpeg', 'image/jpeg'],
    ['image/x-png', 'image/png'],
    ['image/jfif', 'image/jpeg'],
    ['image/apng', 'image/png'],
    ['image/x-webp', 'image/webp'],
    ['application/octet-stream', 'application/octet-stream'],
  ])('is what its header names: %j', (header, type) => {
    expect(typeOf(header)).toBe(type);
  });

  it.each([
    undefined,
    '',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'binary/octet-stream',
    'image/*',
    '*/*',
  ])('is what its first bytes say under %j, which clients send by default', (header) => {
    expect(typeOf(header, jpeg)).toBe('image/jpeg');
    expect(typeOf(header, Buffer.from('RIFF1234WEBPVP8 '))).toBe('image/webp');
  });

  it.each(['image/png', 'image/gif', 'image/heic', 'image/svg+xml', 'image/anything', 'image/'])(
    'is what its first bytes say under %j, too, as a name is soon given wrongly',
    (header) => {
      expect(typeOf(header, jpeg)).toBe('image/jpeg');
    },
  );

  it.each([
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'it is a HEIC'],
    ['GIF89a', 'it is a GIF'],
    ['<html><body>Gateway Time-out', 'it is an HTML page'],
    ['\x1f\x8b\x08', 'it is a gzip file'],
  ])('of another format is refused by its name: %j', (begin, name) => {
    const headers = ['image/jpeg', 'image/heic', 'application/octet-stream', undefined];
    for (const header of headers) {
      expect(() => typeOf(header, Buffer.from(begin, 'latin1'))).toThrow(
        expect.objectContaining({
          type: 'unsupported-media-type',
          message: expect.stringContaining(`the body is not taken: ${name}`),
        }),
      );
    }
  });

  it('is a tensor by its exact length, if it is no image', () => {
    expect(typeOf(undefined, Buffer.from('zero'), tensorBytes)).toBe('application/octet-stream');
    expect(typeOf(undefined, jpeg, tensorBytes)).toBe('image/jpeg');
    expect(() => typeOf(undefined, Buffer.from('zero'), tensorBytes + 1)).toThrow(refused);
  });

  it('of application/octet-stream and a tensor’s length is the tensor, however it begins', () => {
    expect(typeOf('application/octet-stream', jpeg, tensorBytes)).toBe('application/octet-stream');
  });

  it.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x', 'constructor'])(
    'is refused as %j, whatever it holds',
    (header) => {
      expect(() => typeOf(header, jpeg)).toThrow(refused);
      expect(() => typeOf(header, jpeg, tensorBytes)).toThrow(refused);
    },
  );

  it('may have any bytes and header without anything else happening', () => {
    fc.assert(
      fc.property(fc.option(fc.string()), fc.uint8Array({ maxLength: 20 }), (header, begin) => {
        try {
          expect(typeOf(header ?? undefined, begin)).toMatch(/^(image|application)\//);
        } catch (error) {
          expect(error).toEqual(refused);
        }
      }),
    );
  });
});

describe('an encoding', () => {
  it.each([undefined, '', 'identity', 'Identity'])('that is none is taken: %j', (header) => {
    expect(() => checkContentEncoding(header)).not.toThrow();
  });

  it.each(['gzip', 'br', 'gzip, identity'])('is refused by its name: %s', (header) => {
    expect(() => checkContentEncoding(header)).toThrow(
      expect.objectContaining({
        type: 'unsupported-media-type',
        message: `content-encoding ${header} is not taken; send the body as it is`,
        headers: { 'accept-encoding': 'identity' },
      }),
    );
  });
});

describe('a problem', () => {
  const types = 'image/jpeg, image/png, image/webp, application/octet-stream';

  it.each([
    [() => typeOf('image/gif'), `content-type must be one of ${types}, not image/gif`],
    [() => typeOf('text/plain'), `content-type must be one of ${types}, not text/plain`],
    [
      () => typeOf(undefined),
      'the body (without a content-type) begins like no JPEG, PNG or WebP, and has 1000 bytes where a raw tensor has 12',
    ],
    [
      () => typeOf('application/x-www-form-urlencoded'),
      'the body (application/x-www-form-urlencoded) begins like no JPEG, PNG or WebP, and has 1000 bytes where a raw tensor has 12',
    ],
    [
      () => typeOf('multipart/form-data; boundary=x', jpeg),
      'multipart/form-data is not taken: send the image alone as the body, which is --data-binary @FILE with curl',
    ],
    [() => checkBodyLength(0), 'the body must hold an image or a tensor'],
    [() => checkBodyLength(4_500_001), 'the body has 4500001 bytes; at most 4500000 are taken'],
  ])('says what would be right: %s', (check, message) => {
    expect(check).toThrow(expect.objectContaining({ message }));
  });
});

describe('the length of a body', () => {
  it('is neither none nor more than fits base64 in 6 MB', () => {
    expect(() => checkBodyLength(0)).toThrow(expect.objectContaining({ type: 'empty-body' }));
    expect(() => checkBodyLength(1)).not.toThrow();
    expect(() => checkBodyLength(maxBodyBytes)).not.toThrow();
    expect(() => checkBodyLength(maxBodyBytes + 1)).toThrow(
      expect.objectContaining({ type: 'too-large' }),
    );
    expect((maxBodyBytes / 3) * 4).toBeLessThan(6 * 1024 * 1024);
  });

  it('is known from its base64 without decoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(base64Bytes(Buffer.from(bytes).toString('base64'))).toBe(bytes.length);
      }),
    );
  });
});
