import type { Size } from '../preprocessing/preprocessing.ts';
import {
  type Component,
  type Frame,
  isFrame,
  markers,
  readFrame,
  segmentsOf,
} from './jpeg-segments.ts';

/** What a JPEG says of itself, and how much a decoder has to do for it. */
export interface JpegHeader extends Size {
  readonly type: 'image/jpeg';
  /** The file's length. */
  readonly bytes: number;
  readonly isProgressive: boolean;
  readonly components: number;
  /** Whether colours are told by a profile of its own. */
  readonly hasProfile: boolean;
  /** Samples of all components: 1.5 a pixel with 4:2:0, 3 without subsampling. */
  readonly samples: number;
  /**
   * Whether a decoder holds all coefficients until the last scan is read: unless all components come in
   * one scan, which it can show line by line.
   */
  readonly isHeld: boolean;
  readonly scans: ScanWork;
}

/** What there is to do for the scans of a JPEG, all of them together. */
export interface ScanWork {
  readonly count: number;
  /** Blocks of 8 x 8 samples that they go through, whether anything changes there or not. */
  readonly blocks: number;
  /** Those of scans that add a bit to what earlier ones have told, and their coefficients. */
  readonly refinedBlocks: number;
  readonly refinedCoefficients: number;
}

const profileBegin = 'ICC_PROFILE';
const blockSamples = 64;

/**
 * Reads a JPEG's markers as libjpeg does: what lies between them is skipped. Of a sequential JPEG whose
 * first scan has all components, that is as far as a decoder reads, too; else to the end of the file.
 *
 * @returns undefined when it is damaged, or of a kind that is not decoded: arithmetic, lossless, or of 12 bits
 */
export function readJpegHeader(file: Uint8Array): JpegHeader | undefined {
  let frame: Frame | undefined;
  let hasProfile = false;
  const scans = { count: 0, blocks: 0, refinedBlocks: 0, refinedCoefficients: 0 };
  for (const { marker, data } of segmentsOf(file)) {
    if (marker === markers.profile) {
      hasProfile ||= textAt(data, profileBegin.length) === profileBegin;
    }
    if (isFrame(marker)) {
      if (frame) break;
      frame = readFrame(marker, data);
      if (!frame) return undefined;
    }
    if (marker === markers.startOfScan) {
      if (!frame) return undefined;
      addScan(scans, data, frame);
      if (isWhole(scans, data, frame)) return headerOf(file, frame, { scans, hasProfile });
    }
  }
  if (!frame || scans.count === 0) return undefined;
  return headerOf(file, frame, { scans, hasProfile, isHeld: true });
}

function headerOf(
  { length: bytes }: Uint8Array,
  { width, height, isProgressive, components }: Frame,
  read: { scans: ScanWork; hasProfile: boolean; isHeld?: boolean },
): JpegHeader {
  const blocks = components.reduce((sum, component) => sum + blocksOf(component), 0);
  return {
    type: 'image/jpeg',
    bytes,
    width,
    height,
    isProgressive,
    components: components.length,
    samples: blocks * blockSamples,
    isHeld: false,
    ...read,
  };
}

/** Whether the first scan is all that a decoder reads. */
function isWhole(
  { count }: ScanWork,
  [components]: Uint8Array,
  { isProgressive, components: all }: Frame,
): boolean {
  return count === 1 && !isProgressive && components === all.length;
}

function blocksOf({ columns, rows }: Component): number {
  return columns * rows;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function addScan(work: Mutable<ScanWork>, scan: Uint8Array, { components }: Frame): void {
  const [count = 0] = scan;
  const [first = 0, last = 0, precision = 0] = scan.subarray(1 + 2 * count);
  const ids = Array.from({ length: count }, (_, i) => scan[1 + 2 * i]);
  const blocks = components
    .filter(({ id }) => ids.includes(id))
    .reduce((sum, component) => sum + blocksOf(component), 0);
  work.count++;
  work.blocks += blocks;
  // The precision that is there already, in the upper half of the byte.
  if (precision >> 4 === 0) return;
  work.refinedBlocks += blocks;
  work.refinedCoefficients += blocks * (Math.max(0, last - first) + 1);
}

function textAt(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length));
}
