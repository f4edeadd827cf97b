import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../../../lib/service/profiles/item.ts';
import { labelAttributes, labelsOf } from '../../../../lib/service/profiles/labels.ts';

const n = (value: number) => ({ N: String(value) });

describe('labels', () => {
  it('are one number for each label, and one for each that was right', () => {
    expect(labelAttributes({ bucket: 7, correct: true })).toEqual({
      labels7: n(1),
      correct7: n(1),
    });
    expect(labelAttributes({ bucket: 7, correct: false })).toEqual({ labels7: n(1) });
  });

  it('are added up over the weeks, for each bucket', () => {
    const weeks: Attributes[] = [
      { pk: { S: 'p' }, expiresAt: n(9), labels7: n(5), correct7: n(4), labels12: n(1) },
      { labels7: n(2), correct7: n(1) },
    ];
    expect(labelsOf(weeks)).toEqual([
      { labels: 7, correct: 5 },
      { labels: 1, correct: 0 },
    ]);
  });

  it('are none that cannot have been counted', () => {
    expect(
      labelsOf([
        { labels1: { S: '5' }, labels2: n(-1), labels3: n(1), correct3: n(2), labels1000: n(1) },
      ]),
    ).toEqual([]);
  });
});
