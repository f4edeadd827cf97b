/**
 * How many profile updates a second one table takes from 1, 8 and 64 writers at once, and how many
 * of them are lost. The table is a DynamoDB endpoint (dynalite) in a thread of its own.
 *
 *     npx node bench/profile-updates.ts [updates per row, default 5000]
 */
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { CreateTableCommand, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { Bench } from 'tinybench';
import { plainTable } from '../bin/shared/output.ts';
import { createProfileClient } from '../lib/service/profiles/client.ts';
import {
  emptyStatistics,
  merge,
  observe,
  type ProfileStatistics,
} from '../lib/service/profiles/statistics.ts';
import { ProfileStore } from '../lib/service/profiles/store.ts';

const tableName = 'profiles';
const writerCounts = [1, 8, 64];
const shardCounts = [1, 4];

function serveDynamo(): void {
  const dynalite = createRequire(import.meta.url)('dynalite');
  const server = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1', () => {
    parentPort?.postMessage((server.address() as AddressInfo).port);
  });
}

async function openTable(): Promise<{
  config: DynamoDBClientConfig;
  close: () => Promise<unknown>;
}> {
  const worker = new Worker(new URL(import.meta.url));
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: { requestTimeout: 60_000 },
  };
  await createProfileClient(config).repeatable.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return { config, close: () => worker.terminate() };
}

interface Row {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: bigint;
  readonly exact: boolean;
}

async function measure(
  store: ProfileStore,
  pk: string,
  writers: number,
  updates: number,
): Promise<Row> {
  let expected = emptyStatistics();
  let next = 0;
  const bench = new Bench({
    ...{ time: 0, iterations: updates, warmup: false },
    ...{ concurrency: 'task', threshold: writers },
  }).add(pk, async () => {
    next++;
    const observation = { kind: 'warm', serviceUs: 20_000 + ((next * 7919) % 40_000) } as const;
    expected = observe(expected, observation);
    await store.record(pk, observation);
  });
  const startMs = performance.now();
  const [{ result } = { result: undefined }] = await bench.run();
  const seconds = (performance.now() - startMs) / 1000;
  if (result?.state !== 'completed') throw new Error(`${pk} was not measured`);

  const { live } = await store.read(pk, { consistentRead: true });
  const stored = merge(...live.map(({ statistics }) => statistics));
  return {
    perSecond: next / seconds,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    lost: expected.n - stored.n,
    exact: isDeepStrictEqual(sorted(stored), sorted(expected)),
  };
}

function sorted(statistics: ProfileStatistics) {
  return { ...statistics, histogram: [...statistics.histogram].sort(([a], [b]) => a - b) };
}

async function main(): Promise<void> {
  const updates = Number(process.argv[2] ?? 5000);
  const { config, close } = await openTable();
  const head = ['writers', 'shards', 'updates', 'updates/s', 'p50 ms', 'p99 ms', 'lost', 'sums'];
  const table = plainTable(head, { textColumns: 0 });
  for (const shards of shardCounts) {
    for (const writers of writerCounts) {
      const client = createProfileClient(config);
      const store = new ProfileStore({ tableName: tableName, client, shards });
      const pk = `bench/shards-${shards}/writers-${writers}@000000000000`;
      await measure(store, `${pk}-warm-up`, writers, 500);
      const row = await measure(store, pk, writers, updates);
      const times = [row.perSecond.toFixed(0), row.p50Ms.toFixed(2), row.p99Ms.toFixed(2)];
      table.push([
        writers,
        shards,
        updates,
        ...times,
        String(row.lost),
        row.exact ? 'exact' : 'wrong',
      ]);
    }
  }
  console.log(table.toString());
  await close();
}

if (isMainThread) await main();
else serveDynamo();
