import { expect, it } from 'vitest';
import type { Candidate, WeightedTimes } from '../../lib/core/selection/types.ts';
import { chooseUpload } from '../../lib/core/upload/choice.ts';
import { Uplink, type Upload } from '../../lib/core/upload/uplink.ts';
import { vectors } from './vectors.ts';

const { cases } = vectors<{
  cases: {
    name: string;
    options: {
      rung: string;
      bytes: number;
      accuracyLossPct: Record<string, number>;
      /** Where the uplink is not given. */
      inputMs?: WeightedTimes;
    }[];
    models: Candidate[];
    slaMs: number;
    outputMs: WeightedTimes;
    deviceAccuracyPct: number;
    uplink: { uploads: Upload[]; startMs: number; delayMs: number } | null;
    expected: { rung: string; accuracyPct: number };
  }[];
}>('upload-choice');

it.each(cases)('$name', ({ options, uplink, expected, ...situation }) => {
  const { option, expectedAccuracyPct } = chooseUpload(
    options.map(({ rung, accuracyLossPct, bytes }) => ({
      rung: { name: rung, accuracyLossPct },
      bytes,
    })),
    {
      ...situation,
      startMs: uplink?.startMs ?? 0,
      uplink: uplink ? learned(uplink) : { inputTimes: timesOf },
    },
  );
  expect(option.rung.name).toBe(expected.rung);
  expect(expectedAccuracyPct).toBeCloseTo(expected.accuracyPct, 2);

  function timesOf(bytes: number): WeightedTimes {
    return options.find((each) => each.bytes === bytes)?.inputMs ?? [];
  }
});

function learned({ uploads, delayMs }: { uploads: Upload[]; delayMs: number }): Uplink {
  const uplink = new Uplink(delayMs);
  for (const upload of uploads) uplink.observe(upload);
  return uplink;
}
