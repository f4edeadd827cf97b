import type { Candidate } from '../selection/types.ts';

/** What a rung may be called: 1 to 40 lower-case letters, digits, dots and hyphens. */
export const rungNamePattern = /^[a-z0-9][a-z0-9.-]{0,39}$/;

/** How a picture is encoded for its upload. */
export interface UploadEncoding {
  readonly type: 'image/jpeg' | 'image/webp';
  /** Quality of the compression, 1 to 100. */
  readonly quality: number;
  /**
   * How much of the colours is kept, as the encoders that have the choice call it.
   *
   * @default '4:2:0'
   */
  readonly chroma?: '4:2:0' | '4:4:4' | undefined;
  /**
   * The longer side is scaled down to this many pixels.
   *
   * @default - the catalogue's view is cut out
   */
  readonly maxSide?: number | undefined;
}

/** One way to send a picture, as measured on labelled pictures. */
export interface UploadRung {
  /** Such as `view-webp-80`; `original` is the file as it is. */
  readonly name: string;
  /** Absent for the original. */
  readonly encoding?: UploadEncoding | undefined;
  /** Mean and standard deviation of the size, in bytes. */
  readonly meanBytes: number;
  readonly stdBytes: number;
  /** By how many points each model is right less often than with the originals, by its name. */
  readonly accuracyLossPct: Readonly<Record<string, number>>;
}

/** The name of the rung that is the file as it is. */
export const originalRung = 'original';

/** The quality of a view when no rung has been measured: what it loses cannot be told from nothing. */
export const viewEncoding: UploadEncoding = { type: 'image/jpeg', quality: 95 };

/** The accuracy in percent of a model whose picture was sent by a rung: A(m, rung). */
export function accuracyAfter(
  { accuracyLossPct }: Pick<UploadRung, 'accuracyLossPct'>,
  { name, sizeOf = name, accuracyPct }: Pick<Candidate, 'name' | 'sizeOf' | 'accuracyPct'>,
): number {
  return Math.min(100, Math.max(0, accuracyPct - (accuracyLossPct[sizeOf] ?? 0)));
}

/** The name of a rung by what it is: `view-jpeg-95`, `view-jpeg-90-444`, `640-jpeg-85`. */
export function rungName({ type, quality, chroma, maxSide }: UploadEncoding): string {
  const format = type.slice('image/'.length);
  const colours = chroma === '4:4:4' ? '-444' : '';
  return `${maxSide ?? 'view'}-${format}-${quality}${colours}`;
}
