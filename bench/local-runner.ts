/**
 * What the local runner itself costs, on the fixture of its tests: a warm Invoke (and what of it is
 * the SDK's own), a cold environment, and HTTP -> function -> streamed function -> table.
 *
 *   npx node bench/local-runner.ts [rounds]
 */
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { quantile } from '../lib/core/statistics/quantile.ts';
import { startAssembly } from '../lib/local/assembly.ts';
import { close, listen } from '../lib/local/shared/http-server.ts';
import { synthesizeFixture } from '../test/lib/local/fixture/app.ts';

const rounds = Number(process.argv[2] ?? 2000);
const COLD_ROUNDS = 20;

/** Time of each call, one after another. @returns ms */
async function measure(count: number, call: (i: number) => Promise<unknown>): Promise<number[]> {
  const timesMs: number[] = [];
  for (let i = 0; i < count; i++) {
    const startMs = performance.now();
    await call(i);
    timesMs.push(performance.now() - startMs);
  }
  return timesMs;
}

function report(name: string, timesMs: number[]): void {
  const [p50, p99] = [0.5, 0.99].map((q) => quantile(timesMs, q).toFixed(2).padStart(7));
  console.log(`${name.padEnd(48)} p50 ${p50} ms   p99 ${p99} ms`);
}

function clientOf(endpoint: string): LambdaClient {
  return new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
}

const bare = createServer((request, response) => {
  request.resume().on('end', () => response.end('null'));
});
const bareClient = clientOf(`http://127.0.0.1:${await listen(bare)}`);
const invokeBare = () => bareClient.send(new InvokeCommand({ FunctionName: 'bare' }));
await measure(200, invokeBare);
report('SDK InvokeCommand to a bare HTTP server', await measure(rounds, invokeBare));
bareClient.destroy();
await close(bare);

const assemblyDir = synthesizeFixture();
const [startMs] = await measure(1, async () => {
  await (await startAssembly({ assemblyDir, port: 0 })).close();
});
console.log(`start and close, with two custom resources: ${startMs?.toFixed(0)} ms`);

const assembly = await startAssembly({ assemblyDir, port: 0 });
const lambda = clientOf(assembly.invokeUrl);
const inline = assembly.functions.find(({ logicalId }) => logicalId.startsWith('Inline'))?.name;
const invoke = () => lambda.send(new InvokeCommand({ FunctionName: inline }));
const chain = async () => {
  await (await fetch(`${assembly.url}/chain`)).text();
};
const echo = async () => {
  await (await fetch(`${assembly.url}/echo`)).text();
};

await measure(200, invoke);
report('SDK InvokeCommand, warm', await measure(rounds, invoke));
await measure(200, echo);
report('HTTP -> function, warm', await measure(rounds, echo));
await measure(200, chain);
report('HTTP -> function -> stream -> table, warm', await measure(rounds, chain));

const pidOf = () =>
  assembly.functions.find(({ name }) => name === inline)?.pids[0] ?? process.exit(1);
const coldMs: number[] = [];
for (let i = 0; i < COLD_ROUNDS; i++) {
  const pid = pidOf();
  process.kill(pid, 'SIGKILL');
  while (assembly.functions.some(({ pids }) => pids.includes(pid))) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  coldMs.push(...(await measure(1, invoke)));
}
report('SDK InvokeCommand, cold environment', coldMs);
lambda.destroy();
await assembly.close();
