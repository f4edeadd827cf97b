import type { Size } from '../preprocessing/preprocessing.ts';

/** A part of a JPEG that a marker begins. */
export interface Segment {
  readonly marker: number;
  /** What belongs to the marker. A scan's own data follow it, up to the next segment. */
  readonly data: Uint8Array;
  /** Where the marker stands. */
  readonly begin: number;
  /** Where its data end. */
  readonly end: number;
}

/** Markers that matter here (ITU-T T.81, table B.1). */
export const markers = {
  huffmanTables: 0xc4,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  restartInterval: 0xdd,
  /** APP2: if it begins with `ICC_PROFILE`, it has the profile of the colours, or a part of it. */
  profile: 0xe2,
} as const;

const startOfImage = 0xd8;
const blockSide = 8;

/**
 * A JPEG's segments as libjpeg finds them: what lies between them is skipped. Ends with the end marker, with
 * the beginning of another picture, or with the file.
 */
export function* segmentsOf(file: Uint8Array): Generator<Segment, void> {
  for (let at = 2; ; ) {
    at = markerAfter(file, at);
    const marker = file[at];
    if (marker === undefined || marker === startOfImage) return;
    const begin = at - 1;
    at++;
    if (marker === markers.endOfImage) {
      yield { marker, data: file.subarray(at, at), begin, end: at };
      return;
    }
    if (isAlone(marker)) continue;
    const length = u16(file, at);
    const end = at + length;
    if (length < 2 || end > file.length) return;
    yield { marker, data: file.subarray(at + 2, end), begin, end };
    at = end;
  }
}

/**
 * Where the data of a scan end: before the next marker that is no restart, or with the file.
 *
 * @param from - where they begin
 */
export function endOfScan(file: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = markerAfter(file, at);
    const marker = file[at];
    if (marker === undefined) break;
    if (!isRestart(marker)) return beforeFill(file, at - 1, from);
  }
  return beforeFill(file, file.length, from);
}

/** Any number of 0xFF may stand before a marker. */
function beforeFill(file: Uint8Array, end: number, from: number): number {
  let at = end;
  while (at > from && file[at - 1] === 0xff) at--;
  return at;
}

/** Where the code of the next marker stands: after a 0xFF, and neither 0xFF nor 0. */
function markerAfter(file: Uint8Array, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at)) {
    while (file[at] === 0xff) at++;
    if (file[at] !== 0) return at;
  }
  return file.length;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** Restarts, and what is no marker of a picture, have no data of their own. */
function isAlone(marker: number): boolean {
  return marker < 0xc0 || isRestart(marker);
}

/** Whether a marker begins a frame: SOF0 to SOF15, among which are three others, DHT, JPG and DAC. */
export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** A component of a JPEG, such as its luma. */
export interface Component {
  readonly id: number;
  /** Blocks of 8 x 8 samples in an MCU. */
  readonly wide: number;
  readonly high: number;
  /** Blocks that have samples of the picture. */
  readonly columns: number;
  readonly rows: number;
}

/** How a JPEG's samples are laid out. */
export interface Frame extends Size {
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
  /** MCUs of a scan that has all components. */
  readonly columns: number;
  readonly rows: number;
}

/** @returns undefined when it is damaged, or of a kind that is not decoded */
export function readFrame(marker: number, data: Uint8Array): Frame | undefined {
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
  if (samplings.some(({ wide, high }) => wide === 0 || high === 0)) return undefined;
  const widest = Math.max(...samplings.map(({ wide }) => wide));
  const highest = Math.max(...samplings.map(({ high }) => high));
  const blocks = (side: number, part: number, most: number) =>
    Math.ceil(Math.ceil((side * part) / most) / blockSide);
  return {
    width,
    height,
    isProgressive: marker === 0xc2,
    components: samplings.map(({ id, wide, high }) => ({
      ...{ id, wide, high },
      columns: blocks(width, wide, widest),
      rows: blocks(height, high, highest),
    })),
    columns: Math.ceil(width / (blockSide * widest)),
    rows: Math.ceil(height / (blockSide * highest)),
  };
}

/** Two bytes as a number, the higher one first. */
export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
