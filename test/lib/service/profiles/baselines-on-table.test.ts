import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoDbEndpoint, startDynamoDb } from '../../../../lib/local/dynamodb/dynamodb.ts';
import { CallRecorder } from '../../../../lib/local/shared/calls.ts';
import { Baselines, maxBaselines } from '../../../../lib/service/profiles/baselines.ts';
import { createProfileClient } from '../../../../lib/service/profiles/client.ts';
import { ProfileStore } from '../../../../lib/service/profiles/store.ts';
import { warmMs } from './samples.ts';
import { createTable } from './table.ts';

const now = Date.UTC(2026, 10, 24, 8, 27);
const key = (model: string) => `d/c/${model}@9f86d081884c`;

let dynamodb: DynamoDbEndpoint;
let store: ProfileStore;
let baselines: Baselines;
beforeAll(async () => {
  dynamodb = await startDynamoDb({ recorder: new CallRecorder(new Map()) });
  const config = {
    endpoint: dynamodb.url,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // A busy machine must not make an outcome unknown.
    requestHandler: { requestTimeout: 60_000 },
  };
  const settings = {
    client: createProfileClient(config),
    tableName: await createTable(config),
    now: () => now,
  };
  store = new ProfileStore(settings);
  baselines = new Baselines({ ...settings, deployment: 'd' });
});
afterAll(() => dynamodb.close());

const read = (model: string) => store.read(key(model), { consistentRead: true });
const baselineOf = (model: string, version: string, ...timesMs: number[]) => ({
  pk: key(model),
  version,
  statistics: warmMs(...timesMs),
  precision: 0.02,
});

describe('baselines on a DynamoDB endpoint', () => {
  it('are replaced whole and read beside the live windows', async () => {
    await baselines.replace([baselineOf('m', 'v1', 1, 2, 3)]);
    await baselines.replace([baselineOf('m', 'v1', 500)]);
    await store.record(key('m'), { kind: 'warm', serviceUs: 600_000 });
    expect(await read('m')).toEqual({
      baseline: warmMs(500),
      live: [{ windowStartMs: Date.UTC(2026, 10, 24, 8, 25), shard: 0, statistics: warmMs(600) }],
    });
    expect(await read('other')).toEqual({ live: [] });
  });

  it('of another version leave the live windows before them out', async () => {
    await baselines.replace([baselineOf('n', 'v1', 1)]);
    await store.record(key('n'), { kind: 'warm', serviceUs: 600_000 });
    await baselines.replace([baselineOf('n', 'v1', 2)]);
    expect((await read('n')).live).toHaveLength(1);
    await baselines.replace([baselineOf('n', 'v2', 3)]);
    expect((await read('n')).live).toHaveLength(0);
    await baselines.replace([baselineOf('n', 'v2', 4)]);
    expect((await read('n')).live).toHaveLength(0);
  });

  it('may be as many as a transaction takes, with as many times as there are, and no more', async () => {
    // Some 250 buckets of a histogram each.
    const timesMs = Array.from({ length: 250 }, (_, i) => 1.05 ** i);
    const names = Array.from({ length: maxBaselines }, (_, i) => `m${i}`);
    const all = names.map((name) => baselineOf(name, 'v1', ...timesMs));
    await baselines.replace(all);
    expect((await read('m99')).baseline).toEqual(warmMs(...timesMs));
    await expect(baselines.replace([...all, baselineOf('m100', 'v1', 1)])).rejects.toThrow();
    expect((await read('m100')).baseline).toBeUndefined();
  });

  it('of versions are there for a deployment that goes back to them', async () => {
    await baselines.keep('v1', { statistics: warmMs(1, 2), precision: 0.5 });
    expect(await baselines.measured('v1')).toEqual({ statistics: warmMs(1, 2), precision: 0.5 });
    expect(await baselines.measured('v2')).toBeUndefined();
  });
});
