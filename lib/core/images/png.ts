import type { Size } from '../preprocessing/preprocessing.ts';

/** What a PNG says of itself, and how much a decoder has to do for it. */
export interface PngHeader extends Size {
  readonly type: 'image/png';
  /** The file's length. */
  readonly bytes: number;
  /** Bits of each channel. */
  readonly bits: 1 | 2 | 4 | 8 | 16;
  /** Channels of a decoded pixel; those of a palette count as it has them at most: 4. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Whether a pixel has an alpha of its own; a palette may have some. */
  readonly hasAlpha: boolean;
  /** Whether colours are told by a profile of its own. */
  readonly hasProfile: boolean;
  /** In seven passes over the picture (Adam7). */
  readonly isInterlaced: boolean;
  /** Of an animation, the picture that programs show which know of none is decoded. */
  readonly isAnimated: boolean;
  /** Chunks, the pixels' among them. */
  readonly chunks: number;
  /** How long the compressed texts before the pixels may be, once they are unpacked. */
  readonly textBytes: number;
}

/** By colour type: grey, RGB, palette, grey and alpha, RGB and alpha. */
const channelsOf: Readonly<Record<number, PngHeader['channels']>> = {
  0: 1,
  2: 3,
  3: 4,
  4: 2,
  6: 4,
};
const bitDepths: readonly number[] = [1, 2, 4, 8, 16] satisfies PngHeader['bits'][];

const headerEnd = 33;
/** A chunk's length, type and checksum. */
const chunkOverhead = 12;
/** Nothing that is deflated is smaller than this part of it. */
const mostInflation = 1_032;
/** As much as libpng unpacks of one text. */
const mostTextBytes = 8_000_000;

/**
 * Reads a PNG's header and the list of its chunks.
 *
 * @returns undefined when it is damaged
 */
export function readPngHeader(file: Uint8Array): PngHeader | undefined {
  const { length: bytes } = file;
  const [bits = 0, colourType = 0, , , interlace] = file.subarray(24, headerEnd);
  const channels = channelsOf[colourType];
  const width = u32(file, 16);
  const height = u32(file, 20);
  const isComplete = bytes >= headerEnd && typeAt(file, 8) === 'IHDR' && width > 0 && height > 0;
  if (!isComplete || !channels || !isBitDepth(bits)) return undefined;

  let isAnimated = false;
  let chunks = 1;
  let textBytes = 0;
  let hasPixels = false;
  let hasProfile = false;
  for (let at = headerEnd; at + chunkOverhead <= bytes; chunks++) {
    const length = u32(file, at);
    const type = typeAt(file, at);
    if (type === 'IEND') break;
    if (type === 'IDAT') hasPixels = true;
    if (type === 'acTL') isAnimated = true;
    if (type === 'iCCP') hasProfile = true;
    if (!hasPixels && isPacked(type, file.subarray(at + 8, at + 8 + length))) {
      textBytes += Math.min(mostTextBytes, length * mostInflation);
    }
    at += length + chunkOverhead;
  }
  const work = { chunks, textBytes };
  const isInterlaced = interlace === 1;
  const kind = {
    bits,
    channels,
    hasAlpha: channels % 2 === 0,
    hasProfile,
    isInterlaced,
    isAnimated,
  };
  return { type: 'image/png', bytes, width, height, ...kind, ...work };
}

/** Whether a chunk is a compressed text. */
function isPacked(type: string, data: Uint8Array): boolean {
  // iTXt says it after its keyword.
  return type === 'zTXt' || (type === 'iTXt' && data[data.indexOf(0) + 1] === 1);
}

function isBitDepth(bits: number): bits is PngHeader['bits'] {
  return bitDepths.includes(bits);
}

function typeAt(file: Uint8Array, at: number): string {
  return String.fromCharCode(...file.subarray(at + 4, at + 8));
}

function u32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return a * 2 ** 24 + (b << 16) + (c << 8) + d;
}
