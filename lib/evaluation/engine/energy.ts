/**
 * What a phone spends on one picture, as far as it depends on where the picture is classified. Rough, and to be
 * replaced by measurements of one's own.
 */
export interface Spending {
  /** Size of a picture as it is uploaded: 52 KB as the paper measured it. */
  readonly uploadBytes: number;
  /**
   * Energy of uploading a picture over LTE, in mJ: (438 mW per Mbit/s + 1,288 mW) at 5.64 Mbit/s, the power model and
   * the median rate of Huang et al., "A close examination of performance and power characteristics of 4G LTE
   * networks" (MobiSys 2012). Not included: the 11.6 s that the radio stays awake after the last
   * packet, 1,060 mW, 12,000 mJ if nothing else is sent meanwhile.
   */
  readonly uploadMj: number;
  /** Power of the core on which the model runs, in W (an assumption). */
  readonly runW: number;
}

/** {@link Spending} where nothing better is known. */
export const defaultSpending: Spending = { uploadBytes: 52_000, uploadMj: 277, runW: 2 };

/**
 * What a picture costs on average.
 *
 * @param uploads - the share of pictures that are uploaded, 0 to 1
 * @param runMs - how long the model runs on the device for a picture, on average
 */
export function spentPerPicture(
  { uploads, runMs }: { readonly uploads: number; readonly runMs: number },
  { uploadBytes, uploadMj, runW }: Spending = defaultSpending,
): { readonly kilobytes: number; readonly millijoules: number } {
  return {
    kilobytes: (uploads * uploadBytes) / 1000,
    millijoules: uploads * uploadMj + runMs * runW,
  };
}
