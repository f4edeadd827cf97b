import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShiftReports } from '../../../functions/selector/shift-reports.ts';
import { madeUpService, mockLambda } from './made-up-service.ts';

mockLambda();
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('ShiftReports', () => {
  it('reports a shift of each model once a minute while it lasts, in either direction', () => {
    const { telemetry } = madeUpService();
    const reports = new ShiftReports(telemetry);
    reports.saw('same', 90, 90);
    reports.saw('worse', 90, 87);
    reports.saw('better', 60, 61.5);
    reports.saw('worse', 90, 86);
    expect(telemetry.count.mock.calls).toEqual([
      ['AccuracyShiftPct', 3],
      ['AccuracyShiftPct', 1.5],
    ]);
    vi.advanceTimersByTime(60_000);
    reports.saw('worse', 90, 85);
    expect(telemetry.count.mock.lastCall).toEqual(['AccuracyShiftPct', 5]);
    expect(telemetry.logger.warn.mock.lastCall).toEqual([
      'feedback has moved an accuracy',
      { model: 'worse', cataloguePct: 90, fieldPct: 85 },
    ]);
  });
});
