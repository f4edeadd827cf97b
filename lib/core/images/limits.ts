import { decodeCost } from './cost.ts';
import type { ImageHeader } from './header.ts';

/** What an image may take to decode. */
export interface DecodeLimits {
  /** In ms of a whole vCPU. */
  readonly ms: number;
  readonly bytes: number;
}

/** Twice what a photo of 50 megapixels takes that is stored in the costliest way phones know. */
const mostMs = 1_000;

/**
 * What a function of some memory decodes: a second's work, in a third of its memory, so that no image, however
 * small its file is, ends the process.
 */
export function decodeLimitsFor(memoryMb: number): DecodeLimits {
  return { ms: mostMs, bytes: (memoryMb * 1e6) / 3 };
}

/**
 * Why an image is not decoded: a sentence with its kind and both numbers.
 *
 * @returns undefined when it takes no more than the limits
 */
export function whyTooCostly(header: ImageHeader, limits: DecodeLimits): string | undefined {
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
  return `${formatOf(header)} of ${header.width} x ${header.height} pixels`;
}

function formatOf(header: ImageHeader): string {
  switch (header.type) {
    case 'image/jpeg': {
      const { isProgressive, scans } = header;
      return `a ${isProgressive ? 'progressive ' : ''}JPEG of ${scans.count} scan${scans.count === 1 ? '' : 's'}`;
    }
    case 'image/png': {
      const kind = `${header.isInterlaced ? 'interlaced ' : ''}PNG of ${header.bits} bits`;
      const texts = header.textBytes > 0 ? ' with compressed texts' : '';
      return `${header.isInterlaced ? 'an' : 'a'} ${kind}${texts}`;
    }
    case 'image/webp':
      return `${header.isAnimated ? 'an animated' : 'a'} ${header.isLossless ? 'lossless' : 'lossy'} WebP`;
  }
}
