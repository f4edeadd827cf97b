import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRequestLine } from '../../lib/service/request-line.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { steadyTraffic } from '../lib/evaluation/traffic/made-up-traffic.ts';
import { runMdi } from './run-mdi.ts';

const folder = temporaryFolder();
const log = join(folder, 'functions.log');
const lines = steadyTraffic(400).map((line) => `Selector: ${writeRequestLine(line)}`);
const few = ['--requests', '200'];
beforeAll(() => writeFileSync(log, lines.join('\n')));

describe('mdi advise --traffic', () => {
  it('says what came, and which strategy, models, SLAs and on-device model would serve it', async () => {
    const figure = join(folder, 'traffic.svg');
    const { code, out, error } = await runMdi(
      'advise',
      '--traffic',
      log,
      '--figure',
      figure,
      ...few,
    );
    expect(error).toBe('');
    expect(code).toBe(0);
    expect(out).toContain(`400 requests in 400 lines of ${log}, over 6.7 minutes, by three-stage`);
    expect(out).toMatch(/no model on the device: late answers count as wrong/);
    expect(out).toMatch(/T_output: 99.8 % reported by clients/);
    expect(out).toMatch(
      /200 requests each, in the order of their time, one at random of every 2\.0/,
    );
    expect(out).toMatch(/2,628,000 requests a month/);
    expect(out).toMatch(/three-stage +│ deployed/);
    for (const verdict of [
      /^Strategy: /m,
      /^Models, by three-stage: /m,
      /^SLA, by three-stage: /m,
      /^On a device/m,
    ]) {
      expect(out).toMatch(verdict);
    }
    expect(readFileSync(figure, 'utf8')).toContain('USD a month');
  });

  it('prints it as JSON, of several files, resampled at random', async () => {
    const compressed = join(folder, 'tuesday.gz');
    writeFileSync(compressed, gzipSync(lines.join('\n')));
    const args = ['--traffic', log, '--traffic', compressed, '--order', 'random', '--json', ...few];
    const { out } = await runMdi('advise', ...args, '--requests-per-month', '1000000');
    const advice = JSON.parse(out);
    expect(advice.traffic).toMatchObject({ order: 'random', requests: 800, medianSlaMs: 250 });
    expect(advice.logged.usagePct).toEqual({ good: 75, quick: 25 });
    expect(advice.strategies.options.map(({ what }: { what: string }) => what)).toContain('oracle');
    expect(advice.strategies.advised.usdPerMonth).toBeGreaterThan(0);
    expect(advice.devices).toHaveLength(2);
  });

  it('takes what it has no times of from a catalogue', async () => {
    const { out } = await runMdi(
      'advise',
      '--traffic',
      log,
      '--catalogue',
      'shapes',
      '--json',
      ...few,
    );
    const { strategies, devices } = JSON.parse(out);
    expect(Object.keys(strategies.best.usagePct)).toHaveLength(7);
    expect(devices.length).toBeGreaterThanOrEqual(7);
  });

  it('leaves broken lines out, and says how many and where', async () => {
    const broken = join(folder, 'broken.log');
    writeFileSync(broken, lines.with(6, '{"mdiRequest":1,"slaMs":').join('\n'));
    const { code, error } = await runMdi('advise', '--traffic', broken, '--json', ...few);
    expect(code).toBe(0);
    expect(error).toBe(`Left out: 1 of 400 requests (${broken}, line 7: cut off before its end)\n`);
  });

  it.each([
    [['--traffic', '/nowhere.log'], 1, /^mdi: \/nowhere\.log: no such file\n$/],
    [['--traffic', import.meta.filename], 1, /^mdi: .*traffic\.test\.ts, line \d+: .+\n$/],
    [['--traffic', log, '--order', 'backwards'], 2, /Allowed choices are time, random/],
    [['--traffic', log, '--sla-factors', '0'], 2, /must be a number from 0.01 to 100/],
    [['--traffic', log, '--region', 'moon-1'], 1, /^mdi: there are no prices of "moon-1"/],
    [['--traffic', log, 'subset'], 2, /'--traffic <file>' gives all advice at once/],
    [[], 2, /mdi advise/],
  ])('%j is refused', async (args, code, message) => {
    const run = await runMdi('advise', ...args);
    expect(run.error).toMatch(message);
    expect(run.code).toBe(code);
  });
});

describe('mdi simulate --traffic', () => {
  const simulate = (...args: string[]) =>
    runMdi('simulate', ...args, '--out', join(folder, 'report'), ...few);

  it('has the requests that came for a network, with their SLAs in an experiment of their own', async () => {
    const { code, out } = await simulate('traffic', 'fig3a', '--traffic', log, '--profiles', 'c5');
    expect(code).toBe(0);
    expect(out).toMatch(/traffic +│ MDInference as deployed/);
    expect(out).toMatch(/fig3a/);
    const report = readFileSync(join(folder, 'report', 'report.html'), 'utf8');
    expect(report).toContain('400 requests of');
    expect(report).toContain('each with its own SLA');
    expect(report).toContain('in the order of its time');
    expect(existsSync(join(folder, 'report', 'traffic.svg'))).toBe(true);
  });

  it('does not depend on the number of threads', async () => {
    const [one, two] = await Promise.all(
      ['1', '2'].map((workers) =>
        simulate('traffic', '--traffic', log, '--json', '--workers', workers),
      ),
    );
    expect(one?.out).toBe(two?.out);
  });

  it.each([
    [['traffic'], /^mdi: traffic: it needs the log of a deployment \(--traffic\)/],
    [
      ['--traffic', log, '--network', 'residential'],
      /cannot be used with option '--network <form>'/,
    ],
    [
      ['--traffic', log, '--live', 'http://127.0.0.1:1'],
      /cannot be used with option '--traffic <file>'/,
    ],
  ])('%j is refused', async (args, message) => {
    expect((await runMdi('simulate', ...args)).error).toMatch(message);
  });
});
