/** Content types of images that are decoded. */
export const imageContentTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;

/** A content type of an image that is decoded. */
export type ImageContentType = (typeof imageContentTypes)[number];

/** How their files begin, each byte a character. */
const beginnings: Readonly<Record<ImageContentType, RegExp>> = {
  'image/jpeg': /^\xff\xd8\xff/,
  'image/png': /^\x89PNG/,
  'image/webp': /^RIFF.{4}WEBP/s,
};

/**
 * What kind of image a file is.
 *
 * @param begin - its first 12 bytes, or more
 * @returns undefined when it is none that is decoded
 */
export function imageTypeOf(begin: Uint8Array): ImageContentType | undefined {
  const text = String.fromCharCode(...begin.subarray(0, 12));
  return imageContentTypes.find((type) => beginnings[type].test(text));
}
