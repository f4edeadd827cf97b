import { describe, expect, it } from 'vitest';
import { ImageFormatError } from '../../../../lib/client/api/image-errors.ts';
import { plainUpload } from '../../../../lib/client/cloud/plain-upload.ts';
import { maxBodyBytes } from '../../../../lib/core/contract/limits.ts';

describe('plainUpload', () => {
  const contentType = 'image/jpeg';

  it.each([
    new Blob(['?'], { type: contentType }),
    new Uint8Array(maxBodyBytes),
    new ArrayBuffer(3),
  ])('sends a file as it is', (image) => {
    const upload = plainUpload({ image, contentType });
    expect(upload.image).toBe(image);
    expect(upload.contentType).toBe(contentType);
  });

  it.each([
    ['a Blob', new Blob([new Uint8Array(maxBodyBytes + 1)])],
    ['bytes', new Uint8Array(maxBodyBytes + 1)],
  ])('refuses %s above what the service takes, and says what helps', (_, image) => {
    const upload = () => plainUpload({ image, contentType });
    expect(upload).toThrow(ImageFormatError);
    expect(upload).toThrow(
      `an image of ${maxBodyBytes + 1} bytes cannot be sent: set images, such as webImages()`,
    );
  });

  it.each([
    { data: new Uint8Array(12), width: 2, height: 2 },
    { width: 2, height: 2 },
    { displayWidth: 2, displayHeight: 2 },
  ])('refuses what is no file', (image) => {
    const upload = () => plainUpload({ image, contentType: 'image/raw' });
    expect(upload).toThrow('an image without a file cannot be sent');
  });
});
