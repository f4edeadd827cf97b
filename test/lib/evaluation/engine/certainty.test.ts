import { describe, expect, it } from 'vitest';
import {
  type CertainDevice,
  certainDeviceOf,
  chancePct,
  cloudRightPct,
  deviceRightPct,
  drawDeviceRuns,
} from '../../../../lib/evaluation/engine/certainty.ts';

const device: CertainDevice = {
  name: 'device',
  accuracyPct: 60,
  meanMs: 5,
  stdMs: 1,
  reliability: {
    bins: [
      { from: 0, count: 99, right: 20 },
      { from: 0.5, count: 0, right: 0 },
      { from: 0.9, count: 399, right: 380 },
    ],
  },
  rightAlongside: { large: [60, 0, 399] },
};

describe('drawDeviceRuns', () => {
  const { bin, tookMs } = drawDeviceRuns(device, 20_000, 1);

  it('draws scores as often as they were measured, and none that never was', () => {
    const share = (which: number) => bin.filter((it) => it === which).length / bin.length;
    expect(share(0)).toBeCloseTo(99 / 498, 1);
    expect(share(1)).toBe(0);
    expect(share(2)).toBeCloseTo(399 / 498, 1);
  });

  it('draws the same for the same seed, and positive times', () => {
    expect(drawDeviceRuns(device, 20_000, 1)).toEqual({ bin, tookMs });
    expect(drawDeviceRuns(device, 20_000, 2).bin).not.toEqual(bin);
    expect(Math.min(...tookMs)).toBeGreaterThan(0);
    expect(tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length).toBeCloseTo(5, 1);
  });
});

describe('what is right in a bin', () => {
  // The empty bin is pooled with the one below it.
  it('is measured, where the device tells a little less', () => {
    expect(deviceRightPct(device, 2)).toBeCloseTo((100 * 380) / 399, 9);
    expect(chancePct(device, 2)).toBe(95);
    expect(chancePct(device, 0)).toBeCloseTo((100 * 20) / 101, 9);
  });

  it('is of the cloud’s model what was measured on the same pictures, else its accuracy', () => {
    const large = { name: 'large', accuracyPct: 90 };
    expect(cloudRightPct(device, large, 2)).toBe(100);
    expect(cloudRightPct(device, large, 0)).toBeCloseTo((100 * 60) / 99, 9);
    expect(cloudRightPct(device, large, 1)).toBe(90);
    expect(cloudRightPct(device, { name: 'other', accuracyPct: 80 }, 2)).toBe(80);
  });
});

describe('certainDeviceOf', () => {
  const entry = {
    name: 'device',
    accuracyPct: 60,
    reliability: device.reliability,
    rightAlongsideDevice: [20, 0, 380],
    reference: { meanMs: 1, stdMs: 0.1 },
  };
  const large = { name: 'large', accuracyPct: 90, rightAlongsideDevice: [60, 0, 399] };

  it('is the catalogue’s, with what was measured together', () => {
    const short = { name: 'short', accuracyPct: 80, rightAlongsideDevice: [1] };
    expect(certainDeviceOf({ onDevice: 'device', models: [entry, large, short] })).toMatchObject({
      name: 'device',
      rightAlongside: { device: [20, 0, 380], large: [60, 0, 399] },
      meanMs: 5.85,
    });
  });

  it.each([
    ['no model for devices', { models: [entry] }],
    ['one that was not measured', { onDevice: 'large', models: [entry, large] }],
    ['one without a time', { onDevice: 'device', models: [{ ...entry, reference: undefined }] }],
  ])('is none of a catalogue with %s', (_, catalogue) => {
    expect(certainDeviceOf(catalogue)).toBeUndefined();
  });
});
