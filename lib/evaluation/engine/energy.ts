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
  /** Energy of one run of the model, in mJ: 35 ms of one core at 2 W (an assumption). */
  readonly runMj: number;
}

export const defaultSpending: Spending = { uploadBytes: 52_000, uploadMj: 277, runMj: 70 };

/** What a picture costs on average, from the shares of pictures that are uploaded and run, 0 to 1. */
export function spentPerPicture(
  { uploads, runs }: { readonly uploads: number; readonly runs: number },
  { uploadBytes, uploadMj, runMj }: Spending = defaultSpending,
): { readonly kilobytes: number; readonly millijoules: number } {
  return {
    kilobytes: (uploads * uploadBytes) / 1000,
    millijoules: uploads * uploadMj + runs * runMj,
  };
}
