import { expect, it } from 'vitest';
import { Uplink, type Upload } from '../../lib/core/upload/uplink.ts';
import { vectors } from './vectors.ts';

interface WithDelay {
  readonly delayMs: number | null;
}

const { cases } = vectors<{
  cases: {
    name: string;
    uploads: (Upload & WithDelay)[];
    next: (Omit<Upload, 'inputMs'> &
      WithDelay & { explanations: { weight: number; ms: number[] }[] | null })[];
  }[];
}>('uplink');

it.each(cases)('$name', ({ uploads, next }) => {
  const uplink = new Uplink();
  for (const { delayMs, ...upload } of uploads) {
    if (delayMs !== null) uplink.delayMs = delayMs;
    uplink.observe(upload);
  }
  for (const { delayMs, bytes, startMs, explanations } of next) {
    if (delayMs !== null) uplink.delayMs = delayMs;
    const expected = (explanations ?? []).flatMap(({ weight, ms }) =>
      ms.map((each) => ({
        ms: expect.closeTo(each, 3),
        weight: expect.closeTo(weight / ms.length, 6),
      })),
    );
    expect(uplink.inputTimes(bytes, startMs)).toEqual(expected);
  }
});
