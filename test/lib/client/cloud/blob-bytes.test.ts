import { afterEach, describe, expect, it, vi } from 'vitest';
import { blobBytes } from '../../../../lib/client/cloud/blob-bytes.ts';

const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
/** A Blob as React Native has it. */
const poor = (size: number) => ({ size, type: 'image/jpeg' }) as Blob;
const reader = (read: (this: { result: unknown; onload(): void; onerror(): void }) => void) =>
  vi.stubGlobal(
    'FileReader',
    class {
      result: unknown;
      onload = () => undefined;
      onerror = () => undefined;
      readAsDataURL = read;
    },
  );

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('blobBytes', () => {
  it('reads a Blob that can be read', async () => {
    expect(new Uint8Array(await blobBytes(new Blob([bytes])))).toEqual(bytes);
  });

  it.each([
    ['all bytes that there are', bytes],
    ['none of an empty one', new Uint8Array()],
  ])('reads by a FileReader: %s', async (_, content) => {
    reader(function () {
      this.result = `data:image/jpeg;base64,${Buffer.from(content).toString('base64')}`;
      queueMicrotask(() => this.onload());
    });
    expect(new Uint8Array(await blobBytes(poor(content.length)))).toEqual(content);
  });

  it('refuses what nothing can read', async () => {
    await expect(blobBytes(poor(3))).rejects.toThrow(
      new TypeError('this Blob cannot be read here: pass its bytes instead'),
    );
    reader(function () {
      queueMicrotask(() => this.onerror());
    });
    await expect(blobBytes(poor(3))).rejects.toThrow(
      new TypeError('the Blob cannot be read: pass its bytes instead'),
    );
  });
});
