import { describe, expect, it } from 'vitest';
import {
  deviceModel,
  nasNetFictional,
  profileSets,
  withoutDeviceModel,
} from '../../../../../lib/evaluation/engine/profiles/profile-sets.ts';
import * as fixture from '../../../../fixtures/table-3.ts';

describe('profile sets', () => {
  it('has Table III as printed', () => {
    expect(profileSets.table3.models).toEqual(fixture.table3);
    expect(nasNetFictional).toEqual(fixture.nasNetFictional);
  });

  it('has 23 measured models each of a GPU and a CPU server, of which Table III is a rounding', () => {
    expect(profileSets.p2.models).toHaveLength(23);
    expect(profileSets.c5.models).toHaveLength(23);
    for (const { meanMs, accuracyPct } of profileSets.table3.models) {
      const measured = profileSets.p2.models.find((model) => model.accuracyPct === accuracyPct);
      expect(measured?.meanMs).toBeCloseTo(meanMs, 2);
    }
  });

  it.each(Object.values(profileSets))('has no made-up model in $name', ({ models, source }) => {
    expect(models.map(({ name }) => name)).not.toContain(nasNetFictional.name);
    expect(source).not.toBe('');
  });

  it('can leave out of the cloud what the device runs', () => {
    const names = withoutDeviceModel(profileSets.p2).models.map(({ name }) => name);
    expect(names).toHaveLength(22);
    expect(names).not.toContain(deviceModel);
  });
});
