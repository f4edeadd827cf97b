import { type ImageContentType, imageTypeOf } from './image-type.ts';

/** A file's format that is none of those that are decoded. */
export interface OtherFormat {
  /** With its article, such as `a GIF`. */
  readonly name: string;
  /** Whether it is a picture, or a film beside one, and not something else in a picture's place. */
  readonly isPicture: boolean;
  /** What can be done about it, as a clause. */
  readonly wayOut?: string;
}

/** Bytes of a file that tell its format. */
export const formatBytes = 512;

const something = (name: string, wayOut?: string): OtherFormat => ({
  ...{ name, isPicture: false },
  ...(wayOut !== undefined && { wayOut }),
});
const picture = (name: string, wayOut?: string): OtherFormat => ({
  ...something(name, wayOut),
  isPicture: true,
});

const heic = picture(
  'a HEIC',
  '@mdinference/client converts it where the platform decodes it; iPhones make JPEGs with Settings, Camera, Formats, Most Compatible',
);
const raw = picture("a camera's raw file");
const tiff = picture("a TIFF, or a camera's raw file such as DNG");
const base64 = something('the base64 text of a picture', 'send the bytes that it stands for');

/** How files begin, each byte a character. */
const beginnings: readonly (readonly [string, OtherFormat])[] = [
  ['GIF8', picture('a GIF')],
  ['FUJIFILMCCD-RAW', raw],
  ['IIU\0', raw],
  ['IIRO', raw],
  ['FOVb', raw],
  ['II*\0', tiff],
  ['MM\0*', tiff],
  ['II+\0', tiff],
  ['MM\0+', tiff],
  ['\xff\x0a', picture('a JPEG XL')],
  ['\0\0\0\x0cJXL ', picture('a JPEG XL')],
  ['\0\0\0\x0cjP  ', picture('a JPEG 2000')],
  ['\xff\x4f\xff\x51', picture('a JPEG 2000')],
  ['II\xbc', picture('a JPEG XR')],
  ['\0\0\x01\0', picture('an ICO')],
  ['8BPS', picture('a PSD')],
  ['v/1\x01', picture('an OpenEXR')],
  ['qoif', picture('a QOI')],
  ['%PDF', picture('a PDF')],
  ['\x1aE\xdf\xa3', picture('a WebM film')],
  ['\x1f\x8b', something('a gzip file', 'send what is in it')],
  ['PK\x03\x04', something('a ZIP file', 'send what is in it')],
  [
    'version https://git-lfs.github.com',
    something('a Git LFS pointer', "'git lfs pull' fetches the file that it stands for"),
  ],
  ['data:image/', base64],
  ['/9j/', base64],
  ['iVBORw0KGgo', base64],
  ['UklGR', base64],
];

/** Those of which more is to be seen, the first that matches. */
const patterns: readonly (readonly [RegExp, OtherFormat])[] = [
  // A box of the ISO base media file format: its own brand, and those of readers that it suits.
  [/^.{4}ftyp(.{4})*?avi[fs]/s, picture('an AVIF', '@mdinference/client converts it')],
  [/^.{4}ftyp(hei|hev|mif1|msf1)/s, heic],
  [/^.{4}ftypcrx /s, raw],
  [
    /^.{4}(ftypqt {2}|wide|moov|mdat)/s,
    picture('a MOV film', 'of a live photo, the picture beside it'),
  ],
  [/^.{4}ftyp/s, picture('an MP4 film')],
  [/^RIFF.{4}AVI /s, picture('an AVI film')],
  [/^BM.{4}\0{4}/s, picture('a BMP')],
  [/^P[1-7]\s/, picture('a PPM')],
  [/^(\xef\xbb\xbf)?\s*(<\?xml.*?)?(<!--.*?)?(<!doctype svg.*?)?<svg[\s>]/is, picture('an SVG')],
  [
    /^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|script|!--)/i,
    something('an HTML page', 'it was saved in the place of a picture'),
  ],
  [
    /^(\xef\xbb\xbf)?\s*<\?xml/i,
    something('an XML text', 'it was saved in the place of a picture'),
  ],
  [/^--\S{1,80}\r?\n.*content-disposition/is, something('a form', 'send the image alone')],
  [/^(\xef\xbb\xbf)?\s*[{[]\s*["{}\]]/, something('a JSON text')],
];

/**
 * What a file is that is none of the images that are decoded.
 *
 * @param begin - its first {@link formatBytes} bytes; fewer tell less
 * @returns undefined when it is nothing that is known
 */
export function otherFormatOf(begin: Uint8Array): OtherFormat | undefined {
  const text = String.fromCharCode(...begin.subarray(0, formatBytes));
  const [, format] =
    beginnings.find(([beginning]) => text.startsWith(beginning)) ??
    patterns.find(([pattern]) => pattern.test(text)) ??
    [];
  return format;
}

/** A format as what an image is, and what can be done about it: `it is a GIF`. */
export function itIs({ name, wayOut }: OtherFormat): string {
  return `it is ${name}${wayOut === undefined ? '' : ` (${wayOut})`}`;
}

const names: Readonly<Record<ImageContentType, string>> = {
  'image/jpeg': 'a JPEG',
  'image/png': 'a PNG',
  'image/webp': 'a WebP',
};

/**
 * Why a file is no image that is decoded, as far as its first bytes tell.
 *
 * @param begin - its first {@link formatBytes} bytes
 */
export function whyNoImage(begin: Uint8Array): string {
  if (begin.length === 0) return 'it is empty';
  const type = imageTypeOf(begin);
  if (type)
    return `it begins like ${names[type]}, and is damaged, or of a kind that no camera writes`;
  const format = otherFormatOf(begin);
  if (format) return itIs(format);
  if (begin.every((byte) => byte === 0)) return 'it has zeros where a picture begins';
  return 'it begins like no JPEG, PNG or WebP';
}
