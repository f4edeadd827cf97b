import { type Scan, ScanWalk } from './jpeg-scans.ts';
import {
  endOfScan,
  type Frame,
  isFrame,
  markers,
  readFrame,
  type Segment,
  segmentsOf,
  u16,
} from './jpeg-segments.ts';

const endMarker = Uint8Array.of(0xff, markers.endOfImage);
const coefficients = 64;

/**
 * A JPEG that ends as decoders expect it. Most do. Of one without its end marker, or with something else in its
 * place, all blocks of all scans are gone through: if none is missing, the marker is put there. Bytes behind it
 * do not matter: other pictures, videos, what makers of cameras append.
 *
 * @param isDoubtful - whether all blocks are gone through in any case
 * @returns the file itself where nothing is to be done; undefined when a part of the picture is missing
 */
export function wholeJpeg(file: Uint8Array, isDoubtful = false): Uint8Array | undefined {
  const { frame, scans, isEnded } = readScans(file);
  const last = scans.at(-1);
  if (isEnded && !isDoubtful) return file;
  if (!frame || !last) return undefined;
  const walk = new ScanWalk(file, frame);
  const isLacking = scans.slice(0, -1).some((scan) => !walk.walk(scan));
  const reader = isLacking ? undefined : walk.walk(last);
  if (!reader || isEnded) return reader && file;
  const end = reader.at;
  const isLast = reader.isFilled && isFiller(file.subarray(end - 1, last.end));
  if (!isLast || !isComplete(scans, frame)) return undefined;
  const whole = new Uint8Array(end + endMarker.length);
  whole.set(file.subarray(0, end));
  whole.set(endMarker, end);
  return whole;
}

/** What is read of a JPEG before its scans are gone through. */
interface ReadScans {
  readonly frame: Frame | undefined;
  readonly scans: readonly Scan[];
  readonly isEnded: boolean;
}

/** The scans that a decoder reads, and whether they are followed by the end marker. */
function readScans(file: Uint8Array): ReadScans {
  let frame: Frame | undefined;
  let restartEvery = 0;
  let definitions: Uint8Array[] = [];
  const scans: Scan[] = [];
  for (const segment of segmentsOf(file)) {
    const { marker, data } = segment;
    if (marker === markers.endOfImage) return { frame, scans, isEnded: true };
    if (scans.length > 0 && !hasMoreScans(scans, frame)) break;
    if (isFrame(marker)) frame ??= readFrame(marker, data);
    if (marker === markers.restartInterval) restartEvery = u16(data, 0);
    if (marker === markers.huffmanTables) definitions.push(data);
    if (marker === markers.startOfScan && frame) {
      scans.push(readScan(file, segment, frame, { definitions, restartEvery }));
      definitions = [];
    }
  }
  return { frame, scans, isEnded: false };
}

/** Whether a decoder reads on after the first scan. */
function hasMoreScans([first]: readonly Scan[], frame: Frame | undefined): boolean {
  return frame?.isProgressive === true || first?.components.length !== frame?.components.length;
}

function readScan(
  file: Uint8Array,
  { data, end: begin }: Segment,
  { components }: Frame,
  before: Pick<Scan, 'definitions' | 'restartEvery'>,
): Scan {
  const [count = 0] = data;
  const [from = 0, to = 0, bits = 0] = data.subarray(1 + 2 * count);
  return {
    ...before,
    components: Array.from({ length: count }, (_, i) => {
      const [id, tables = 0] = data.subarray(1 + 2 * i);
      const component = components.find((it) => it.id === id);
      return component ? [{ component, dc: tables >> 4, ac: tables & 15 }] : [];
    }).flat(),
    from,
    to: Math.min(to, coefficients - 1),
    toldBit: bits >> 4,
    bit: bits & 15,
    begin,
    end: endOfScan(file, begin),
  };
}

/** Whether the scans tell all bits of all coefficients: of a JPEG without its end, there may have been more. */
function isComplete(scans: readonly Scan[], { components, isProgressive }: Frame): boolean {
  return components.every((component) => {
    const own = scans.filter((scan) => scan.components.some((it) => it.component === component));
    if (!isProgressive) return own.length > 0;
    const told = new Set<number>();
    for (const { from, to, bit } of own) {
      for (let at = from; at <= to && bit === 0; at++) told.add(at);
    }
    return told.size === coefficients;
  });
}

/**
 * Whether what lies behind a picture's last byte has been put there to fill a file: nothing, or one and the same
 * byte all over, which the picture does not end with. Of anything else nobody can tell whether it is a part of the picture.
 */
function isFiller([last, ...filler]: Iterable<number>): boolean {
  return filler.every((byte) => byte === filler[0] && byte !== last);
}
