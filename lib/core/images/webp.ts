import type { Size } from '../preprocessing/preprocessing.ts';

/** What a WebP says of itself. */
export interface WebpHeader extends Size {
  readonly type: 'image/webp';
  /** The file's length. */
  readonly bytes: number;
  /** Whether its picture, the first one of an animation, is lossless. */
  readonly isLossless: boolean;
  /** The length of a lossy picture's alpha, which is lossless; 0 without one. */
  readonly alphaBytes: number;
  /** Whether colours are told by a profile of its own. */
  readonly hasProfile: boolean;
  /** Of an animation, the first picture is decoded. */
  readonly isAnimated: boolean;
}

const chunkHead = 8;
/** A frame of an animation begins with its place, size and duration. */
const frameHead = 16;

/**
 * Reads a WebP's chunks up to its first picture.
 *
 * @returns undefined when it is damaged
 */
export function readWebpHeader(file: Uint8Array): WebpHeader | undefined {
  const { length: bytes } = file;
  let canvas: Size | undefined;
  let isAnimated = false;
  let alphaBytes = 0;
  let hasProfile = false;
  for (let at = 12; at + chunkHead <= bytes; ) {
    const type = String.fromCharCode(...file.subarray(at, at + 4));
    const data = at + chunkHead;
    if (type === 'VP8X') {
      canvas = { width: 1 + u24(file, data + 4), height: 1 + u24(file, data + 7) };
    } else if (type === 'ALPH') {
      alphaBytes = u32(file, at + 4);
    } else if (type === 'ICCP') {
      hasProfile = true;
    } else if (type === 'VP8L' || type === 'VP8 ') {
      const isLossless = type === 'VP8L';
      const size = canvas ?? (isLossless ? losslessSize(file, data) : lossySize(file, data));
      if (size.width === 0 || size.height === 0) return undefined;
      const kind = { isLossless, alphaBytes, hasProfile, isAnimated };
      return { type: 'image/webp', bytes, ...size, ...kind };
    } else if (type === 'ANMF') {
      isAnimated = true;
      at = data + frameHead;
      continue;
    }
    const length = u32(file, at + 4);
    at = data + length + (length % 2);
  }
  return undefined;
}

function losslessSize(file: Uint8Array, at: number): Size {
  const bits = u32(file, at + 1);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

/** Of a key frame: after three bytes of its own and a start code. */
function lossySize(file: Uint8Array, at: number): Size {
  const [a = 0, b = 0, c = 0, d = 0] = file.subarray(at + 6, at + 10);
  return { width: (a | (b << 8)) & 0x3fff, height: (c | (d << 8)) & 0x3fff };
}

function u24(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
  return a | (b << 8) | (c << 16);
}

function u32(bytes: Uint8Array, at: number): number {
  return u24(bytes, at) + (bytes[at + 3] ?? 0) * 2 ** 24;
}
