import type { Size } from '../preprocessing/preprocessing.ts';
import type { ImageHeader } from './header.ts';
import type { JpegHeader } from './jpeg.ts';
import type { PngHeader } from './png.ts';
import type { WebpHeader } from './webp.ts';

/** What decoding an image takes, scaled to a model's input, as its header foretells it. */
export interface DecodeCost {
  /** In ms of a whole vCPU, as pictures of its kind take it. */
  readonly ms: number;
  /** In ms of a whole vCPU, when it was made to take long. */
  readonly mostMs: number;
  /** Memory, when it was made to take much. */
  readonly mostBytes: number;
}

/**
 * How long an image is likely to take to decode, scaled to a model's input, in ms of a whole vCPU (a function of
 * 1769 MB): as far as its header tells, and rather too much than too little.
 */
export function predictedDecodeMs(header: ImageHeader): number {
  return decodeCost(header).ms;
}

/**
 * What decoding an image takes. The numbers are measured by `npm run bench -- decode-cost`, on one core of an
 * AMD EPYC, with sharp 0.35.
 */
export function decodeCost(header: ImageHeader): DecodeCost {
  switch (header.type) {
    case 'image/jpeg':
      return costOfJpeg(header);
    case 'image/png':
      return costOfPng(header);
    case 'image/webp':
      return costOfWebp(header);
  }
}

/** What every image takes. */
const fixedNs = 400_000;
const fixedBytes = 10_000_000;
/** What a model sees has shorter sides of about this many pixels. */
const scaledSide = 256;
/** Converting a pixel by a profile of RGB. */
const profileNs = 15;
/** Converting a pixel of four inks, with a profile or without. */
const inksNs = 80;

function costOfJpeg(header: JpegHeader): DecodeCost {
  const { bytes, width, height, samples, components, hasProfile, isHeld, scans } = header;
  const shrink = shrinkOf(header);
  const pixels = (width * height) / shrink ** 2;
  const inColour = components === 4 ? inksNs : hasProfile ? profileNs : 0;
  const held = isHeld ? 2 * samples + 20 * bytes : 0.3 * samples + 10 * bytes;
  const inScans =
    3_000 * scans.count +
    6 * scans.blocks +
    22 * scans.refinedBlocks +
    1.4 * scans.refinedCoefficients;
  const ms = toMs(held + (isHeld ? inScans : 0) + (9 + inColour) * pixels);
  const lines = Math.min(height / shrink, mostLines);
  const mostBytes =
    fixedBytes +
    600 * width +
    (2 * components * lines * width) / shrink +
    (isHeld ? 2 * samples : 0);
  return { ms, mostMs: ms, mostBytes };
}

/** As many lines as scaling holds of what comes line by line. */
const mostLines = 2_000;

/** A JPEG or a lossy WebP is decoded at a half, a quarter or an eighth of its size where that is large enough. */
function shrinkOf({ width, height }: Size): number {
  const shrink = Math.min(width, height) / scaledSide;
  return [8, 4, 2].find((factor) => factor <= shrink) ?? 1;
}

function costOfPng(header: PngHeader): DecodeCost {
  const { bytes, width, height, bits, channels, textBytes } = header;
  const bytesPerPixel = channels * Math.max(1, bits / 8);
  const perPixel =
    1 +
    1.2 * bytesPerPixel +
    (header.hasAlpha ? 5 : 0) +
    (header.isInterlaced ? 14 : 0) +
    (header.hasProfile ? profileNs : 0);
  const ms = toMs(perPixel * width * height + 10 * bytes);
  // An interlaced one is held as a whole, others only as far as scaling needs it.
  const heldLines = header.isInterlaced ? height : Math.min(height, mostLines);
  return {
    ms,
    // A chunk takes 12 bytes at least.
    mostMs: ms + (25 * bytes + textNs * textBytes) / 1e6,
    mostBytes: fixedBytes + 1.1 * heldLines * width * bytesPerPixel + heldTexts * textBytes,
  };
}

/** Unpacking a byte of a text; and how often it is held, by sharp and libvips. */
const textNs = 8;
const heldTexts = 7.5;

function costOfWebp(header: WebpHeader): DecodeCost {
  const { bytes, width, height, isLossless, alphaBytes, hasProfile, isAnimated } = header;
  const pixels = width * height;
  const hasAlpha = alphaBytes > 0;
  const perPixel = (isLossless ? 6 : 4) + (hasAlpha ? 3 : 0) + (hasProfile ? profileNs : 0);
  const ms = toMs(perPixel * pixels + (isLossless ? 20 : 80) * bytes);
  const tables = mostTables(isLossless ? bytes : alphaBytes, header);
  const heldBytesPerPixel = isLossless || isAnimated ? 4 : hasAlpha ? 1 : 0;
  return {
    ms,
    mostMs: ms + (tableNs * tables) / 1e6,
    mostBytes:
      fixedBytes + (heldBytesPerPixel + 4 / shrinkOf(header) ** 2) * pixels + tableBytes * tables,
  };
}

/** Five prefix codes of a lossless picture: unpacking them, and the memory that they then take. */
const tableNs = 8_500;
const tableBytes = 5_700;

/** How many groups of codes a lossless picture can have: one in 20 bits, and one for each tile of 4 x 4 pixels. */
function mostTables(bytes: number, { width, height }: Size): number {
  const tiles = Math.ceil(width / 4) * Math.ceil(height / 4);
  return Math.min(65_536, tiles, 0.4 * bytes);
}

function toMs(ns: number): number {
  return (ns + fixedNs) / 1e6;
}
