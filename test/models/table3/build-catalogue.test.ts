import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { table3Rows } from '../../../lib/evaluation/engine/profiles/table-3.ts';
import { loadCatalogue } from '../../../lib/service/catalogue/load.ts';
import type { Catalogue } from '../../../lib/service/catalogue/schema.ts';
import { buildTable3 } from '../../../models/table3/build-catalogue.ts';

const reference = { meanMs: 7.5, stdMs: 0.1, what: 'made up' };
const told: string[] = [];
let directory: string;
let catalogue: Catalogue;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'table3-'));
  catalogue = await buildTable3(directory, {
    references: { 'squeezenet-1.0': reference },
    progress: (name, done, total) => told.push(`${name} ${done}/${total}`),
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('buildTable3', () => {
  it('writes a catalogue that loads, all of it marked as without meaning', () => {
    expect(loadCatalogue(directory)).toEqual(catalogue);
    expect(catalogue.models.map(({ name }) => name)).toEqual(table3Rows.map(({ name }) => name));
    for (const { latencyOnly, accuracySource } of catalogue.models) {
      expect(latencyOnly).toBe(true);
      expect(accuracySource).toMatch(/Table III.*no meaning/);
    }
    expect(catalogue.models.map(({ accuracyPct }) => accuracyPct)).toEqual(
      table3Rows.map(({ accuracyPct }) => accuracyPct),
    );
  });

  it('takes over latencies, and tells how far it is', () => {
    expect(catalogue.models[0]?.reference).toEqual(reference);
    expect(catalogue.models[1]?.reference).toBeUndefined();
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toBe('nasnet-large 11/11');
  });

  it('writes the files of models/table3', () => {
    const own = new URL('../../../models/table3/', import.meta.url);
    const described = loadCatalogue(own.pathname);
    const plain = (models: Catalogue['models']) => models.map((m) => ({ ...m, reference: {} }));
    expect(plain(described.models)).toEqual(plain(catalogue.models));
    expect({ ...described, models: [] }).toEqual({ ...catalogue, models: [] });
    for (const { file } of catalogue.models) {
      expect(readFileSync(join(directory, file)).equals(readFileSync(new URL(file, own)))).toBe(
        true,
      );
    }
  });
});
