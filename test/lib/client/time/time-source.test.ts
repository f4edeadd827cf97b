import { describe, expect, it } from 'vitest';
import { systemTime } from '../../../../lib/client/time/time-source.ts';

describe('systemTime', () => {
  it('measures how finely the clock ticks, once', async () => {
    const step = systemTime.stepMs?.();
    expect(systemTime.stepMs?.()).toBe(step);
    const stepMs = (await step) ?? Number.NaN;
    expect(stepMs).toBeGreaterThan(0);
    expect(Number.isFinite(stepMs)).toBe(true);
  });

  it('never runs a timer that has been cleared', async () => {
    let ran = false;
    systemTime.clearTimeout(
      systemTime.setTimeout(() => {
        ran = true;
      }, 1),
    );
    await new Promise<void>((resolve) => systemTime.setTimeout(resolve, 5));
    expect(ran).toBe(false);
  });

  it('counts on, and knows the date', async () => {
    const [nowMs, wallMs] = [systemTime.nowMs(), systemTime.wallMs()];
    await new Promise<void>((resolve) => systemTime.setTimeout(resolve, 2));
    expect(systemTime.nowMs()).toBeGreaterThan(nowMs);
    expect(systemTime.wallMs()).toBeGreaterThan(Date.UTC(2024));
    expect(systemTime.wallMs()).toBeGreaterThanOrEqual(wallMs);
  });
});
