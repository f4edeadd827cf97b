import type { Size } from '../preprocessing/preprocessing.ts';

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

interface Component {
  readonly id: number;
  readonly blocks: number;
}

interface Frame extends Size {
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
}

const startOfScan = 0xda;
const endOfImage = 0xd9;
/** APP2 that begins so has the profile of its colours, or a part of it. */
const profileMarker = 0xe2;
const profileBegin = 'ICC_PROFILE';
const blockSide = 8;

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
  for (let at = 2; ; ) {
    at = markerAfter(file, at);
    const marker = file[at++];
    if (marker === undefined || marker === endOfImage) break;
    if (isAlone(marker)) continue;
    const length = u16(file, at);
    const end = at + length;
    if (length < 2 || end > file.length) break;
    const data = file.subarray(at + 2, end);
    if (marker === profileMarker) hasProfile ||= textAt(data, profileBegin.length) === profileBegin;
    if (isFrame(marker)) {
      if (frame) break;
      frame = readFrame(marker, data);
      if (!frame) return undefined;
    }
    if (marker === startOfScan) {
      if (!frame) return undefined;
      addScan(scans, data, frame);
      if (isWhole(scans, data, frame)) return headerOf(file, frame, { scans, hasProfile });
    }
    at = end;
  }
  if (!frame || scans.count === 0) return undefined;
  return headerOf(file, frame, { scans, hasProfile, isHeld: true });
}

function headerOf(
  { length: bytes }: Uint8Array,
  { width, height, isProgressive, components }: Frame,
  read: { scans: ScanWork; hasProfile: boolean; isHeld?: boolean },
): JpegHeader {
  const blocks = components.reduce((sum, component) => sum + component.blocks, 0);
  return {
    type: 'image/jpeg',
    bytes,
    width,
    height,
    isProgressive,
    components: components.length,
    samples: blocks * blockSide ** 2,
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

/** Where the code of the next marker stands: after a 0xFF, and neither 0xFF nor 0. */
function markerAfter(file: Uint8Array, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at)) {
    while (file[at] === 0xff) at++;
    if (file[at] !== 0) return at;
  }
  return file.length;
}

/** Restarts, and what is no marker of a picture, have no data of their own. */
function isAlone(marker: number): boolean {
  return marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8);
}

/** SOF0 to SOF15, among which are three other markers: DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, data: Uint8Array): Frame | undefined {
  const [bits = 0] = data;
  const height = u16(data, 1);
  const width = u16(data, 3);
  const count = data[5] ?? 0;
  const isComplete = width > 0 && height > 0 && count > 0 && data.length >= 6 + 3 * count;
  // Baseline, extended and progressive, all of them with Huffman codes.
  if (!isComplete || marker > 0xc2 || bits !== 8) return undefined;
  const samplings = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0] = data.subarray(6 + 3 * i);
    return { id, wide: sampling >> 4, high: sampling & 15 };
  });
  const widest = Math.max(...samplings.map(({ wide }) => wide));
  const highest = Math.max(...samplings.map(({ high }) => high));
  if (samplings.some(({ wide, high }) => wide === 0 || high === 0)) return undefined;
  const components = samplings.map(({ id, wide, high }) => ({
    id,
    blocks:
      Math.ceil((width * wide) / widest / blockSide) *
      Math.ceil((height * high) / highest / blockSide),
  }));
  return { width, height, isProgressive: marker === 0xc2, components };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function addScan(work: Mutable<ScanWork>, scan: Uint8Array, { components }: Frame): void {
  const [count = 0] = scan;
  const [first = 0, last = 0, precision = 0] = scan.subarray(1 + 2 * count);
  const ids = Array.from({ length: count }, (_, i) => scan[1 + 2 * i]);
  const blocks = components
    .filter(({ id }) => ids.includes(id))
    .reduce((sum, component) => sum + component.blocks, 0);
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

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
