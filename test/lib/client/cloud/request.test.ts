import fc from 'fast-check';
import { expect, it, describe as suite } from 'vitest';
import { aborted, describe, sentSla } from '../../../../lib/client/cloud/request.ts';
import { parseInferHeaders } from '../../../../lib/core/contract/headers.ts';

suite('describe', () => {
  it.each([
    ['a Blob', new Blob([], { type: 'image/png' }), undefined, 'image/png'],
    ['a Blob otherwise named', new Blob([], { type: 'image/png' }), 'image/webp', 'image/webp'],
    ['a Blob that knows no type', new Blob([]), undefined, ''],
    ['bytes', new Uint8Array(3), 'image/jpeg', 'image/jpeg'],
    ['pixels', { data: new Uint8Array(3), width: 1, height: 1 }, 'image/jpeg', 'image/raw'],
    ['a canvas', { width: 1, height: 1 }, undefined, 'image/raw'],
    ['a video frame', { displayWidth: 1, displayHeight: 1 }, undefined, 'image/raw'],
  ])('knows the type of %s', (_, image, contentType, expected) => {
    expect(describe(image, { contentType })).toEqual({ image, contentType: expected });
  });

  it('asks for the type of bytes, and for an image', () => {
    expect(() => describe(new Uint8Array(3), {})).toThrow(new TypeError('contentType is missing'));
    expect(() => describe(new ArrayBuffer(3), {})).toThrow(TypeError);
    for (const none of [undefined, null, 'https://example.com/photo.jpg', 7]) {
      expect(() => describe(none as never, {})).toThrow(new TypeError('there is no image'));
    }
  });
});

suite('sentSla', () => {
  it('is always one that the service takes, and no less than what is left', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e9, noNaN: true }), (leftMs) => {
        const { slaMs = 0 } = parseInferHeaders({ 'mdi-sla-ms': String(sentSla(leftMs)) });
        expect(Number.isInteger(slaMs)).toBe(true);
        if (leftMs <= 29_000) expect(slaMs).toBeGreaterThanOrEqual(leftMs);
        if (leftMs >= 1 && leftMs <= 29_000) expect(slaMs).toBeLessThan(leftMs + 1);
      }),
    );
  });
});

suite('aborted', () => {
  it('is told by its name', () => {
    expect(aborted('it is over')).toMatchObject({ name: 'AbortError', message: 'it is over' });
  });
});
