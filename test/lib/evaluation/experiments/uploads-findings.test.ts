import { describe, expect, it } from 'vitest';
import { profileSets } from '../../../../lib/evaluation/engine/profiles/profile-sets.ts';
import { defaultInputs } from '../../../../lib/evaluation/experiments/experiment.ts';
import { chooseExperiments, runExperiments } from '../../../../lib/evaluation/experiments/run.ts';
import {
  uploadModelsOf,
  uploadsFindings,
  waysInUse,
} from '../../../../lib/evaluation/experiments/uploads-findings.ts';
import {
  linkModels,
  type UploadRow,
} from '../../../../lib/evaluation/experiments/uploads-report.ts';

const row = (upload: string, accuracyPct: number, meanBytes: number): UploadRow => ({
  ...{ upload, accuracyPct, reliancePct: 12.5, meanBytes },
  ...{ byLink: { lte: accuracyPct }, bytesByLink: { lte: meanBytes } },
});
const rows = [
  row('original', 60, 108_500),
  row('640-jpeg-85', 66, 47_600),
  row('view', 70, 25_100),
  row('view-webp-80', 72, 11_000),
  row('adaptive', 74, 17_000),
];

describe('what is sent over recorded links', () => {
  it('is the file, scaled files, the view and the choice, beside today’s SDKs', () => {
    expect(waysInUse(rows).map(({ upload }) => upload)).toEqual([
      ...['original', '640-jpeg-85', 'view', 'adaptive'],
    ]);
  });

  it('is a table and rows of the summary', () => {
    const { uploads, summary } = uploadsFindings(defaultInputs, rows);
    expect(uploads?.head.at(-1)).toBe('lte');
    expect(uploads?.rows[4]).toEqual(['adaptive', '17.0', '74.00', '12.50', '74.00']);
    expect(uploads?.own).toEqual([4]);
    expect(summary).toContainEqual({
      ...{ condition: 'recorded links, sent: view', metric: 'accuracy, %' },
      ...{ paper: null, ours: 70 },
    });
    expect(summary).toHaveLength(10);
  });

  it('is nothing where no rungs were given', () => {
    expect(uploadsFindings(defaultInputs)).toEqual({ summary: [] });
  });

  it('is answered by the authors’ models, or once by those of the user', () => {
    expect(uploadModelsOf({})).toEqual(linkModels);
    expect(uploadModelsOf({ slasMs: [100] }).map(({ slasMs }) => slasMs)).toEqual([[100], [100]]);
    const { models } = profileSets.table3;
    expect(uploadModelsOf({ profiles: profileSets.table3, slasMs: [100] })).toEqual([
      { models, slasMs: [100] },
    ]);
  });

  it('is part of practice, which has the ways that are in use', async () => {
    const inputs = { ...defaultInputs, requests: 20, uploads: rows };
    const { chosen } = chooseExperiments(['practice'], inputs);
    const [practice] = await runExperiments(chosen, inputs, { workers: 1 });
    expect(practice?.findings.uploads?.rows).toHaveLength(4);
    expect(
      practice?.findings.summary.filter(({ condition }) => /sent:/.test(condition)),
    ).toHaveLength(8);
  });
});
