import { expect, it } from 'vitest';
import { modelTable } from '../../../bin/start/ready-message.ts';
import type { ModelsResponse } from '../../../lib/core/contract/messages.ts';

const model = (name: string, accuracyPct: number, meanMs: number) => ({
  name,
  accuracyPct,
  profile: { meanMs, stdMs: 1, p95Ms: meanMs + 2, samples: 10 },
});
const tableOf = (...models: object[]) => modelTable({ models } as unknown as ModelsResponse);

it('points out a model that selection has no reason to take', () => {
  const table = tableOf(model('good', 70, 5), model('bad', 60, 9), model('fast', 50, 1));
  expect(table).toMatch(/bad .*60\.0 .*9\.00/);
  expect(table.split('\n').at(-1)).toBe(
    'Note: bad is dominated: good is at least as fast and as accurate.',
  );
});

it('says nothing of a ladder', () => {
  expect(tableOf(model('fast', 50, 1), model('good', 70, 5))).not.toContain('Note');
});
