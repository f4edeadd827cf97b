import type { Size } from '../preprocessing/preprocessing.ts';

/** What a PNG says of itself. */
export interface PngHeader extends Size {
  readonly type: 'image/png';
  /** The file's length. */
  readonly bytes: number;
  /** Bits of each channel. */
  readonly bits: number;
  /** Channels of a decoded pixel; a palette's colours may have four. */
  readonly channels: number;
  /** Whether every pixel has an alpha of its own. */
  readonly hasAlpha: boolean;
  /** Whether colours are told by a profile of its own. */
  readonly hasProfile: boolean;
  /** In seven passes over the picture (Adam7). */
  readonly isInterlaced: boolean;
  /** Of an animation, the picture is decoded that programs show which know of none. */
  readonly isAnimated: boolean;
  /** How long the compressed texts before the pixels may be, once they are unpacked. */
  readonly textBytes: number;
}

/** Channels by colour type: grey, RGB, palette, grey and alpha, RGB and alpha. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 4, 4: 2, 6: 4 };
const alphaFlag = 4;
const bitDepths: readonly number[] = [1, 2, 4, 8, 16];

const headerEnd = 33;
/** A chunk's length and type, and its checksum. */
const chunkHead = 8;
const chunkEnd = 4;
/** Nothing that is deflated is smaller than this part of it. */
const mostInflation = 1_032;
/** As much as libpng unpacks of one text. */
const mostTextBytes = 8_000_000;

const chunkType = (name: string) => Array.from(name).reduce(addCharacter, 0);
const addCharacter = (sum: number, character: string) => sum * 256 + character.charCodeAt(0);
const types = {
  header: chunkType('IHDR'),
  pixels: chunkType('IDAT'),
  end: chunkType('IEND'),
  animation: chunkType('acTL'),
  profile: chunkType('iCCP'),
  packedText: chunkType('zTXt'),
  text: chunkType('iTXt'),
} as const;

/**
 * Reads a PNG's header and what comes before its pixels.
 *
 * @returns undefined when it is damaged
 */
export function readPngHeader(file: Uint8Array): PngHeader | undefined {
  const { length: bytes } = file;
  if (bytes < headerEnd) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, bytes);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const bits = view.getUint8(24);
  const colourType = view.getUint8(25);
  const channels = channelsOf[colourType];
  const isWhole = view.getUint32(12) === types.header && width > 0 && height > 0;
  if (!isWhole || !channels || !bitDepths.includes(bits)) return undefined;

  let hasProfile = false;
  let isAnimated = false;
  let textBytes = 0;
  for (let at = headerEnd; at + chunkHead <= bytes; ) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    at += chunkHead;
    if (type === types.pixels || type === types.end) break;
    if (type === types.profile) hasProfile = true;
    if (type === types.animation) isAnimated = true;
    if (type === types.packedText || (type === types.text && isPacked(file, at))) {
      textBytes += Math.min(mostTextBytes, length * mostInflation);
    }
    at += length + chunkEnd;
  }
  return {
    type: 'image/png',
    bytes,
    width,
    height,
    bits,
    channels,
    hasAlpha: (colourType & alphaFlag) > 0,
    hasProfile,
    isInterlaced: view.getUint8(28) === 1,
    isAnimated,
    textBytes,
  };
}

/** The longest keyword of a text, with the 0 at its end. */
const mostKeyword = 80;

/** Whether an international text is compressed: said after its keyword. */
function isPacked(file: Uint8Array, at: number): boolean {
  const begin = file.subarray(at, at + mostKeyword + 1);
  return begin[begin.indexOf(0) + 1] === 1;
}
