import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ModelsResponse } from '../../lib/core/contract/messages.ts';
import { type CostReport, costReportSchema } from '../../lib/evaluation/cost/report.ts';
import { runMdi } from './run-mdi.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdinference-cost-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cost = (...args: string[]) => runMdi('cost', ...args);

async function reportOf(...args: string[]): Promise<CostReport> {
  const { out } = await cost('--requests-per-month', '10e6', '--json', ...args);
  return costReportSchema.parse(JSON.parse(out));
}

const models: ModelsResponse = {
  catalogue: 'made-up',
  strategy: 'three-stage',
  defaultSlaMs: 250,
  labels: ['yes', 'no'],
  models: [
    ['fast', 60, 20],
    ['good', 90, 120],
  ].map(([name, accuracyPct, meanMs]) => ({
    name: String(name),
    version: '1',
    accuracyPct: Number(accuracyPct),
    catalogueAccuracyPct: Number(accuracyPct),
    accuracySource: 'made up',
    feedback: { labels: 0, correct: 0 },
    licence: 'Apache-2.0',
    memoryMb: 1024,
    profile: {
      ...{ meanMs: Number(meanMs), stdMs: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 },
      ...{ meanErrorMs: 0, samples: 100, coldShare: 0, failures: 0, basis: 'live' },
    },
  })),
};
const profiles = join(folder, 'models.json');
writeFileSync(profiles, JSON.stringify(models));
const notProfiles = join(folder, 'other.json');
writeFileSync(notProfiles, '{"models": []}');
const notJson = join(folder, 'text.json');
writeFileSync(notJson, 'hello');

describe('mdi cost', () => {
  it('estimates the default deployment and says what it took', async () => {
    const { code, out } = await cost('--requests-per-month', '10e6');
    expect(code).toBe(0);
    expect(out).toMatch(/10,000,000 requests a month; list prices of us-east-1 as of 20\d\d-\d\d/);
    expect(out).toMatch(/no free tier/);
    expect(out).toMatch(/three-stage chooses with an SLA of 250 ms over a network of 100 ± 50 ms/);
    expect(out).toMatch(/resnet-64-views12 .*1769/);
    expect(out).toMatch(/total .* \d+\.\d\d/);
    expect(out).toMatch(/% (less|more) than resnet-128-views16 alone/);
  });

  it('takes a mix as it is given', async () => {
    const report = await reportOf('--mix', 'nano-24=0.25,resnet-64-views12=0.75');
    const shares = report.estimate.models.filter(({ share }) => share > 0);
    expect(shares.map(({ name, calls }) => [name, calls])).toEqual([
      ['nano-24', 2_500_000],
      ['resnet-64-views12', 7_500_000],
    ]);
    expect(report.simulated).toBeUndefined();
  });

  it('uses smaller models, and costs less, when there is less time', async () => {
    const [little, enough] = await Promise.all([
      reportOf('--sla-ms', '60', '--network-mean-ms', '30', '--network-std-ms', '10'),
      reportOf('--sla-ms', '500'),
    ]);
    expect(little.simulated).toMatchObject({ slaMs: 60, networkMeanMs: 30, networkStdMs: 10 });
    expect(little.estimate.accuracyPct).toBeLessThan(enough.estimate.accuracyPct);
    expect(little.estimate.totalUsd).toBeLessThan(enough.estimate.totalUsd);
  });

  it('reads profiles from a file, and from a running service', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/v1/models' ? 200 : 404);
      response.end(JSON.stringify(models));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const fromFile = await reportOf('--profiles', profiles);
      expect(fromFile.estimate.models.map((m) => [m.name, m.serviceMs])).toEqual([
        ['fast', 20],
        ['good', 120],
      ]);
      expect(await reportOf('--url', `${url}/`)).toEqual(fromFile);
    } finally {
      server.close();
    }
  });

  it('charges what is kept ready', async () => {
    const report = await reportOf('--profiles', profiles, '--provisioned', 'selector=1,good=2');
    const kept = report.estimate.items.find(({ item }) => item === 'Provisioned concurrency');
    expect(kept?.quantity).toBeCloseTo((1769 / 1024 + 2) * 730 * 3600);
  });

  it('prints what the documentation shows', async () => {
    const text = readFileSync('docs/deploy.md', 'utf8');
    const shown = /^npx mdi cost (.+)\n```\n\nprints\n\n```\n([^`]+)```/m.exec(text);
    const { out } = await cost(...shown![1]!.split(' '));
    expect(out).toBe(shown![2]);
  });

  it('shows examples in its help', async () => {
    const { out } = await cost('--help');
    expect(out).toMatch(/Examples:\n {2}mdi cost --requests-per-month/);
  });

  it.each([
    ['to guess the number of requests', ['--json'], 2, /--requests-per-month/],
    ['a negative number of requests', ['--requests-per-month', '-5'], 2, /number from 1 to/],
    ['an unknown model', ['--mix', 'best=1'], 1, /no model "best", only nano-24/],
    ['shares that miss 1', ['--mix', 'nano-24=0.5'], 1, /add up to 0\.5, not to 1/],
    ['a negative share', ['--mix', 'nano-24=-1'], 2, /number from 0 to 1/],
    ['a model twice', ['--mix', 'nano-24=0.5,nano-24=0.5'], 2, /"nano-24" is there twice/],
    ['a mix that is none', ['--mix', 'nano-24'], 2, /"nano-24" is not NAME=NUMBER/],
    ['a mix and a strategy', ['--mix', 'nano-24=1', '--strategy', 'pure-random'], 2, /--strategy/],
    ['a negative network', ['--network-mean-ms', '-1'], 2, /--network-mean-ms/],
    ['an unknown region', ['--region', 'mars-1'], 1, /"mars-1".*only of us-east-1/],
    [
      'a model to provision that is not there',
      ['--provisioned', 'best=1'],
      1,
      /no "best", only selector, nano-24/,
    ],
    [
      'a missing file',
      ['--profiles', './nowhere.json'],
      1,
      /nowhere\.json: cannot read profiles: no such file/,
    ],
    ['a file that is not JSON', ['--profiles', notJson], 1, /text\.json: not JSON/],
    [
      'other JSON',
      ['--profiles', notProfiles],
      1,
      /other\.json: not an answer of GET \/v1\/models/,
    ],
    ['a service that is not there', ['--url', 'http://127.0.0.1:1'], 1, /is the service running/],
    ['a catalogue that is not there', ['--catalogue', './nowhere'], 1, /nowhere/],
  ])('refuses %s', async (_, args, expectedCode, message) => {
    const requests = args.includes('--requests-per-month') || args.includes('--json');
    const { code, error } = await cost(
      ...(requests ? [] : ['--requests-per-month', '1e6']),
      ...args,
    );
    expect(code).toBe(expectedCode);
    expect(error).toMatch(message);
    expect(error).not.toMatch(/\n\s+at /);
  });
});
