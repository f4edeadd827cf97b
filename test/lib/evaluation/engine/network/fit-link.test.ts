import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../lib/core/statistics/random.ts';
import { fitLink } from '../../../../../lib/evaluation/engine/network/fit-link.ts';
import { Trace } from '../../../../../lib/evaluation/engine/network/trace.ts';

const transfers = { uploadBytes: 1_500, answerBytes: 1_500, baseDelayMs: 20, count: 20_000 };
const link = (gapMs: number) => {
  const trace = new Trace(Float64Array.from({ length: 100 }, (_, i) => (i + 1) * gapMs));
  return { name: 'even', up: trace, down: trace };
};

describe('fitLink', () => {
  it('has the median and the 90 % quantile of the times', () => {
    // A packet waits for its turn, 0 to 100 ms with equal chance, after 20 ms of base delay.
    const { upload } = fitLink(link(100), { ...transfers, random: seededRandom(1) });
    expect(upload.medianMs).toBeCloseTo(70, -0.5);
    const quantile90 = upload.medianMs * Math.exp(1.2816 * upload.sigma);
    expect(quantile90).toBeCloseTo(110, -0.5);
  });

  it('takes longer for more bytes', () => {
    const { upload, download } = fitLink(link(10), {
      ...transfers,
      uploadBytes: 15_000,
      random: seededRandom(1),
    });
    expect(upload.medianMs - download.medianMs).toBeCloseTo(90, -0.5);
    expect(upload.sigma).toBeLessThan(download.sigma);
  });
});
