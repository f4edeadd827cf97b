import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveReport } from '../../lib/evaluation/live/report.ts';
import { runMdi } from '../bin/run-mdi.ts';
import { RunningService } from './running-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdinference-live-'));
// A packet every 4 ms, for two seconds.
const everyMs = Array.from({ length: 500 }, (_, i) => 4 * (i + 1)).join('\n');
for (const file of ['wifi.up', 'wifi.down']) writeFileSync(join(folder, file), everyMs);
afterAll(() => rmSync(folder, { recursive: true }));

const simulate = (...args: string[]) => runMdi('simulate', '--out', join(folder, 'out'), ...args);

describe('mdi simulate --live', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  }, 120_000);
  afterAll(() => service.stop());

  it('measures a running service and puts the simulation beside it', async () => {
    const { code, out, error } = await simulate(
      ...['--live', service.assembly.url, '--traces', folder, '--trace', 'wifi', '--json'],
      ...['--rate', '5', '--duration', '3', '--arrivals', 'even', '--sla', '29000'],
    );
    expect(error).toMatch(/live\.csv/);
    expect(code).toBe(0);
    const report: LiveReport = JSON.parse(out);
    expect(report).toMatchObject({
      ...{ trace: 'wifi', slaMs: 29_000, policy: 'always', catalogue: 'shapes', requests: 15 },
      ...{ strategy: 'three-stage', onDevice: 'resnet-24-views4', failures: {} },
    });
    expect(JSON.parse(readFileSync(join(folder, 'out', 'live.json'), 'utf8'))).toEqual(report);
    const row = (name: string) => report.metrics.find(({ metric }) => metric === name);
    expect(row('no answer at all, %')).toMatchObject({ measured: 0, simulated: 0 });
    expect(row('T_input told by the client, %')?.measured).toBe(100);
    expect(row('right labels, %')?.measured).toBeGreaterThan(30);
    // Nothing arrives before the recording lets it; how much later, this machine decides.
    const input = row('T_input, p50 ms');
    expect(input?.simulated).toBeGreaterThan(40);
    expect(row('the cloud’s answer, p50 ms')?.measured).toBeGreaterThan(input?.simulated ?? 0);
    const csv = readFileSync(join(folder, 'out', 'live.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(csv).toHaveLength(1 + 15);
    expect(csv[1]).toMatch(/^0,0,.*,answered,/);
  });

  it('sends labelled images of the user’s', async () => {
    const images = 'models/shapes/samples';
    const csv = join(folder, 'images.csv');
    writeFileSync(csv, `${join('.', 'disc.jpg')},ring\n`);
    writeFileSync(join(folder, 'disc.jpg'), readFileSync(join(images, 'disc.jpg')));
    const { code, out } = await simulate(
      ...['--live', service.assembly.url, '--traces', folder, '--trace', 'wifi', '--images', csv],
      ...['--rate', '5', '--duration', '0.5', '--sla', '29000', '--policy', 'never'],
    );
    expect(code).toBe(0);
    // The device would run once the SLA is over: on a busy machine that must not come too soon.
    // It is a disc: whoever says so is wrong by that CSV.
    expect(out).toMatch(/right labels, % +│ +0 │/);
    expect(out).toMatch(/runs on the device, % +│ +0 │ +0 │/);
  });

  it('sends what the client chooses', async () => {
    const run = async (upload: string) => {
      const { code, out } = await simulate(
        ...['--live', service.assembly.url, '--traces', folder, '--trace', 'wifi', '--json'],
        ...['--rate', '5', '--duration', '1', '--arrivals', 'even', '--sla', '29000'],
        ...['--upload', upload, '--photo-side', '768'],
      );
      expect(code).toBe(0);
      const report: LiveReport = JSON.parse(out);
      expect(report).toMatchObject({ upload, failures: {} });
      const measured = (name: RegExp) =>
        report.metrics.flatMap(({ metric, measured: value }) =>
          name.test(metric) ? [value ?? Number.NaN] : [],
        );
      return { kilobytes: measured(/^upload, KB/)[0], rungs: measured(/^sent as/) };
    };
    const original = await run('original');
    expect(original.kilobytes).toBeGreaterThan(80);
    expect(original.rungs).toEqual([]);
    const view = await run('view');
    expect(view.kilobytes).toBeLessThan(40);
    expect(view.rungs).toEqual([100]);
    // With so much time the originals may well be best: which rungs are chosen, this machine decides.
    const { rungs } = await run('adaptive');
    expect(rungs.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100);
  }, 120_000);

  it('names the links that there are', async () => {
    const { code, error } = await simulate(
      ...['--live', service.assembly.url, '--traces', folder, '--trace', 'lte'],
    );
    expect(code).toBe(1);
    expect(error).toMatch(/^mdi: .*no link "lte", only wifi\n$/);
  });
});

describe('mdi simulate --live', () => {
  const link = ['--traces', folder, '--trace', 'wifi'];

  it('says that a service takes signed requests only', async () => {
    const server = createServer((_, response) => response.writeHead(403).end('{}'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, error } = await simulate('--live', `http://127.0.0.1:${port}`, ...link);
    server.close();
    expect(code).toBe(1);
    expect(error).toMatch(/^mdi: .*HTTP 403 .*signed requests only\)\n$/);
  });

  it.each([
    ['a service that is not there', ['--live', 'http://127.0.0.1:9', ...link], 1, /npm start/],
    ['no traces', ['--live', 'http://x', '--traces', './nowhere', '--trace', 'a'], 1, /nowhere/],
    ['an experiment', ['fig3a', '--live', 'http://x', ...link], 2, /no experiments/],
    ['a network', ['--live', 'http://x', ...link, '--network', 'lte'], 2, /cannot be used/],
    ['no trace', ['--live', 'http://x', '--traces', folder], 2, /--trace <name>/],
    ['no URL', ['--live', 'ftp://x', ...link], 2, /"ftp:\/\/x" is not https/],
    ['no service', ['--rate', '5'], 2, /'--rate' needs '--live <url>'/],
    ['a rate of 0', ['--live', 'http://x', ...link, '--rate', '0'], 2, /--rate/],
    ['an unknown upload', ['--live', 'http://x', ...link, '--upload', 'x'], 2, /--upload/],
    ['an unknown policy', ['--live', 'http://x', ...link, '--policy', 'x'], 2, /--policy/],
  ])('says plainly that there is %s', async (_, args, expectedCode, message) => {
    const { code, error } = await simulate(...args);
    expect(code).toBe(expectedCode);
    expect(error).toMatch(message);
    expect(error).not.toMatch(/\n\s+at /);
  });
});
