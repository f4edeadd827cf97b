import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64Bytes,
  checkBodyLength,
  parseContentType,
} from '../../../../lib/core/contract/body.ts';
import { maxBodyBytes } from '../../../../lib/core/contract/limits.ts';

describe('parseContentType', () => {
  it.each([
    ['image/jpeg', 'image/jpeg'],
    ['IMAGE/PNG', 'image/png'],
    ['image/webp; charset=binary', 'image/webp'],
    [' image/jpeg ;q=1', 'image/jpeg'],
    ['application/octet-stream', 'application/octet-stream'],
  ])('takes %j', (header, type) => {
    expect(parseContentType(header)).toBe(type);
  });

  it.each([undefined, '', 'text/plain', 'image/gif', 'image/svg+xml'])('refuses %j', (header) => {
    expect(() => parseContentType(header)).toThrow(
      expect.objectContaining({ type: 'unsupported-media-type' }),
    );
  });
});

describe('a problem', () => {
  const types = 'image/jpeg, image/png, image/webp, application/octet-stream';

  it.each([
    [() => parseContentType('text/plain'), `content-type must be one of ${types}, not text/plain`],
    [() => parseContentType(undefined), `content-type must be one of ${types}, not absent`],
    [() => checkBodyLength(0), 'the body must hold an image or a tensor'],
    [() => checkBodyLength(4_500_001), 'the body has 4500001 bytes; at most 4500000 are taken'],
  ])('says what would be right: %s', (check, message) => {
    expect(check).toThrow(message);
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
