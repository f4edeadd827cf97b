import { formatBytes, whyNoImage } from '../contract/other-formats.ts';
import { decodeCost } from './cost.ts';
import type { ImageHeader } from './header.ts';

/** What an image may take to decode. */
export interface DecodeLimits {
  /** In ms of a whole vCPU. */
  readonly ms: number;
  readonly bytes: number;
  /** Of a JPEG that is shown when all its scans are read. */
  readonly scans: number;
}

/** Somewhat more than a photo of 50 megapixels takes that is stored in the costliest way there is. */
const mostMs = 1_000;

/** Encoders write about ten, those that look for the smallest file up to 20. */
const mostScans = 64;

/**
 * What a function of some memory decodes: a second's work, in a third of its memory, and no more scans than encoders write, so that no image, however
 * small its file is, ends the process.
 */
export function decodeLimitsFor(memoryMb: number): DecodeLimits {
  return { ms: mostMs, bytes: (memoryMb * 1e6) / 3, scans: mostScans };
}

/**
 * Why a file is not decoded: a sentence with its kind, and with both numbers if it takes more than the limits.
 *
 * @param file - the whole of it, or its first {@link formatBytes} bytes
 * @param header - undefined if the file has none
 * @returns undefined when it is decoded
 */
export function whyNotDecoded(
  file: Uint8Array,
  header: ImageHeader | undefined,
  limits: DecodeLimits,
): string | undefined {
  if (!header) return whyNoImage(file.subarray(0, formatBytes));
  if (header.type === 'image/jpeg' && header.isHeld && header.scans.count > limits.scans) {
    return `${kindOf(header)}; at most ${limits.scans} scans are read`;
  }
  const { mostMs: ms, mostBytes: bytes } = decodeCost(header);
  if (ms > limits.ms) {
    return `${kindOf(header)} may take ${(ms / 1000).toFixed(1)} s to decode; at most ${limits.ms / 1000} s are spent`;
  }
  if (bytes > limits.bytes) {
    return `${kindOf(header)} may take ${mb(bytes)} MB to decode; at most ${mb(limits.bytes)} MB are spent`;
  }
  return undefined;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function kindOf(header: ImageHeader): string {
  return `${formatOf(header)} of ${header.width} x ${header.height} pixels${detailsOf(header)}`;
}

function formatOf(header: ImageHeader): string {
  switch (header.type) {
    case 'image/jpeg':
      return header.isProgressive ? 'a progressive JPEG' : 'a JPEG';
    case 'image/png':
      return header.isInterlaced ? 'an interlaced PNG' : 'a PNG';
    case 'image/webp': {
      const kind = header.isLossless ? 'lossless WebP' : 'WebP';
      return header.isAnimated ? `an animated ${kind}` : `a ${kind}`;
    }
  }
}

function detailsOf(header: ImageHeader): string {
  switch (header.type) {
    case 'image/jpeg': {
      const { count } = header.scans;
      return header.isHeld ? ` in ${count === 1 ? 'one scan' : `${count} scans`}` : '';
    }
    case 'image/png':
      return header.textBytes > 0 ? ' with compressed texts' : ` and ${header.bits} bits`;
    case 'image/webp':
      return '';
  }
}
