/**
 * What the local runner itself costs, on the fixture of its tests: a warm Invoke (and what of it is
 * the SDK's own), a cold environment, and HTTP -> function -> streamed function -> table.
 *
 *   npx node bench/local-runner.ts [rounds]
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Bench, type BenchOptions, type FnOptions } from 'tinybench';
import { startAssembly } from '../lib/local/assembly.ts';
import { close, listen } from '../lib/local/shared/http-server.ts';
import type { AwsCredentials } from '../lib/local/shared/session-tokens.ts';
import { synthesizeFixture } from '../test/lib/local/fixture/app.ts';

const rounds = Number(process.argv[2] ?? 2000);
const coldRounds = 20;

/** Calls one after another and prints how long they take. */
async function report(
  name: string,
  call: () => Promise<unknown>,
  { iterations = rounds, warmupIterations = 200, ...hooks }: BenchOptions & FnOptions = {},
): Promise<void> {
  const bench = new Bench({ time: 0, iterations, warmupTime: 0, warmupIterations });
  const [{ result } = { result: undefined }] = await bench.add(name, call, hooks).run();
  if (result?.state !== 'completed') throw new Error(`${name} was not measured`);
  const [p50, p99] = [result.latency.p50, result.latency.p99].map((ms) =>
    ms.toFixed(2).padStart(7),
  );
  console.log(`${name.padEnd(48)} p50 ${p50} ms   p99 ${p99} ms`);
}

function clientOf(
  endpoint: string,
  credentials: AwsCredentials = {
    accessKeyId: 'bench',
    secretAccessKey: 'bench',
    sessionToken: '',
  },
): LambdaClient {
  return new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials,
  });
}

const bare = createServer((request, response) => {
  request.resume().on('end', () => response.end('null'));
});
const bareClient = clientOf(`http://127.0.0.1:${await listen(bare)}`);
const invokeBare = () => bareClient.send(new InvokeCommand({ FunctionName: 'bare' }));
await report('SDK InvokeCommand to a bare HTTP server', invokeBare);
bareClient.destroy();
await close(bare);

const assemblyDir = synthesizeFixture();
const startMs = performance.now();
await (await startAssembly({ assemblyDir, port: 0 })).close();
const startAndCloseMs = performance.now() - startMs;
console.log(`start and close, with two custom resources: ${startAndCloseMs.toFixed(0)} ms`);

const assembly = await startAssembly({ assemblyDir, port: 0 });
const lambda = clientOf(assembly.invokeUrl, assembly.credentials);
const inline = assembly.functions.find(({ logicalId }) => logicalId.startsWith('Inline'))?.name;
const invoke = () => lambda.send(new InvokeCommand({ FunctionName: inline }));
const chain = async () => {
  await (await fetch(`${assembly.url}/chain`)).text();
};
const echo = async () => {
  await (await fetch(`${assembly.url}/echo`)).text();
};

await report('SDK InvokeCommand, warm', invoke);
await report('HTTP -> function, warm', echo);
await report('HTTP -> function -> stream -> table, warm', chain);

/** Ends the function's environment, and waits until the runner has noticed. */
async function killEnvironment(): Promise<void> {
  const pid = assembly.functions.find(({ name }) => name === inline)?.pids[0];
  if (pid === undefined) return;
  process.kill(pid, 'SIGKILL');
  while (assembly.functions.some(({ pids }) => pids.includes(pid))) await delay(1);
}
await report('SDK InvokeCommand, cold environment', invoke, {
  iterations: coldRounds,
  warmupIterations: 1,
  beforeEach: killEnvironment,
});
lambda.destroy();
await assembly.close();
