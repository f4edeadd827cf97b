import type { UploadedImage } from '../../client/index.ts';
import type { Conditions } from '../requests/session.ts';

const rounded = (bytes: number) =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)}\u00a0KB` : `${(bytes / 1e6).toFixed(1)}\u00a0MB`;

/**
 * What was sent of a picture, in a few words: `view-webp-80, 3.1 KB of 12.4 KB`.
 *
 * @param wholeBytes - of the picture's file
 */
export function whatWasSent(
  { rung, view, bytes }: Pick<UploadedImage, 'rung' | 'view' | 'bytes'>,
  wholeBytes: number,
): string {
  const what = rung ?? (bytes === wholeBytes ? 'the file' : 'the picture, made smaller');
  const pixels = view ? ` (${view.replace('x', ' × ')} pixels)` : '';
  const of = bytes === wholeBytes ? '' : ` in place of ${rounded(wholeBytes)}`;
  return `${what}${pixels}, ${rounded(bytes)}${of}`;
}

/**
 * Why it was sent so, in a sentence.
 *
 * @param setting - what was to be sent
 */
export function whyItWasSent(
  { rung, expectedAccuracyPct }: Pick<UploadedImage, 'rung' | 'expectedAccuracyPct'>,
  setting: Conditions['upload'],
): string {
  if (setting === 'original') return 'As it is: that is the setting.';
  if (rung === undefined) {
    return 'The service’s view is not known yet, or it has none.';
  }
  if (setting === 'view') return 'The pixels that the models see: that is the setting.';
  if (expectedAccuracyPct === undefined) {
    return 'What the network carries is not known before the first answer: this loses nothing.';
  }
  return `Of all ways to send it, this promises the best answer over this network: expected to be right in ${expectedAccuracyPct.toFixed(1)}\u00a0%.`;
}
