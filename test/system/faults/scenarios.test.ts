import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RunningService } from '../running-service.ts';
import { type Fault, FaultyModels } from './faulty-models.ts';
import { ModelFaults } from './model-faults.ts';
import { TableGate, type TableState } from './table-gate.ts';
import { type ObservedRequest, Traffic } from './traffic.ts';

/*
 * Four clients call the running service while something breaks. Each line of the table that is printed at the
 * end is what they saw; what is asserted holds on a machine of any speed.
 */

/** How long everything works, something is broken, and it works again, in ms. */
const phasesMs = { before: 1_500, broken: 4_000 };
/** A model that is waited for leaves next to none; a slow machine may fall short of what the table shows. */
const leastAnswered = 0.25;
/** Nobody waits for the dead: on a busy machine an answer may be late, but by nothing like a time-out. */
const worstLatenessMs = 5_000;

let models: FaultyModels;
let gate: TableGate;
let service: RunningService;
let faults: ModelFaults;
/** The most accurate model, which most requests are for. */
let best: string;
const table: Record<string, string | number>[] = [];

beforeAll(async () => {
  models = new FaultyModels(inject('assemblyDir'));
  gate = await TableGate.start();
  service = await RunningService.start({
    assemblyDir: models.assemblyDir,
    dynamodbUrl: gate.url,
    // So that a profile forgets within half a minute what a fault has made of it.
    environment: { MDI_WINDOW_MS: '750' },
  });
  faults = new ModelFaults(service, models);
  best = models.names.at(-1) ?? '';
  await warmUp();
}, 120_000);
afterAll(async () => {
  await service.stop();
  await gate.close();
  console.log('\nFaults, as four clients saw them');
  console.table(Object.fromEntries(table.map(({ fault, ...row }) => [fault, row])));
});

/** Starts every model's function. */
async function warmUp(): Promise<void> {
  await Promise.all(Array.from({ length: 8 }, () => service.infer({ slaMs: 20_000 })));
  const traffic = new Traffic(service);
  await delay(2 * phasesMs.before);
  await traffic.stop();
}

interface Scenario {
  readonly fault: string;
  readonly begin: () => unknown;
  readonly end: () => unknown;
  /** Models that cannot answer meanwhile. */
  readonly sick: () => readonly string[];
}

/** What clients see while something is broken, and until it is used again. */
async function run({ fault, begin, end, sick }: Scenario) {
  const traffic = new Traffic(service);
  const { observed } = traffic;
  await delay(phasesMs.before);
  // Else an earlier fault, which its profile still remembers, would keep requests away from it.
  const isInUse = () => {
    const last = observed.slice(-8);
    const isSick = ({ model = '' }) => sick().length === 0 || sick().includes(model);
    return last.filter(isSick).length >= last.length / 2;
  };
  await expect.poll(isInUse, { timeout: 90_000, interval: 50 }).toBe(true);
  const brokenAtMs = performance.now();
  await begin();
  await delay(phasesMs.broken);
  await end();
  const endedAtMs = performance.now();
  const isBack = () =>
    sick().length === 0 ||
    observed.some(({ sentMs, model }) => sentMs > endedAtMs && sick().includes(model ?? ''));
  await expect.poll(isBack, { timeout: 90_000, interval: 50 }).toBe(true);
  const backAtMs = performance.now();
  await traffic.stop();

  const broken = observed.filter(({ sentMs }) => sentMs >= brokenAtMs && sentMs < endedAtMs);
  const row = describeRequests(broken, brokenAtMs, sick());
  table.push({ fault, ...row, 'back after ms': Math.round(backAtMs - endedAtMs) });
  // Those that were sent and had to be answered while it was broken.
  const during = broken.filter(
    ({ sentMs, slaMs }) => sentMs > brokenAtMs + 500 && sentMs + slaMs < endedAtMs,
  );
  return { observed, broken, during };
}

function describeRequests(
  requests: readonly ObservedRequest[],
  brokenAtMs: number,
  sick: readonly string[],
) {
  const lateness = requests.map(({ latencyMs, slaMs }) => latencyMs - slaMs);
  const met = requests.filter(({ failed }) => failed.some((model) => sick.includes(model)));
  const lastMs = Math.max(0, ...met.map(({ sentMs }) => sentMs - brokenAtMs));
  const share = (of: readonly unknown[]) => `${((100 * of.length) / requests.length).toFixed(1)} %`;
  return {
    requests: requests.length,
    'no answer': share(requests.filter(({ status }) => status !== 200)),
    'within SLA': share(requests.filter((r) => r.status === 200 && r.latencyMs <= r.slaMs)),
    'past SLA, most ms': Math.round(Math.max(0, ...lateness)),
    'past SLA + 50 ms': share(lateness.filter((ms) => ms > 50)),
    'met a sick model': met.length,
    'last after ms': Math.round(lastMs),
    hedged: share(requests.filter(({ asked, failed }) => asked.length > failed.length + 1)),
  };
}

function expectNobodyWaited(requests: readonly ObservedRequest[]): void {
  for (const { latencyMs, slaMs, status, problem } of requests) {
    expect(latencyMs).toBeLessThan(slaMs + worstLatenessMs);
    expect([200, 503, 504], problem).toContain(status);
  }
}

const share = (requests: readonly ObservedRequest[]) =>
  requests.filter(({ status }) => status === 200).length / requests.length;

describe.skipIf(process.platform === 'win32')('nobody waits for', () => {
  it.each<[string, Fault]>([
    ['NaN', { kind: 'nan' }],
    ['garbage', { kind: 'garbage' }],
    ['a hung model', { kind: 'hang' }],
    ['a model five times slower', { kind: 'slow', factor: 5 }],
    ['a model that exits at its start', { kind: 'exit-at-start' }],
    ['a model out of memory', { kind: 'out-of-memory' }],
  ])('%s', async (fault, kind) => {
    const { observed, broken } = await run({
      fault,
      begin: () => faults.set(best, kind),
      end: () => faults.set(best, undefined),
      sick: () => [best],
    });
    expectNobodyWaited(observed);
    expect(share(broken)).toBeGreaterThan(leastAnswered);
  });

  it('a model whose processes are stopped', async () => {
    const { observed, broken } = await run({
      fault: 'processes stopped (SIGSTOP)',
      begin: () => faults.stop(best),
      end: () => faults.resume(best),
      sick: () => [best],
    });
    expectNobodyWaited(observed);
    expect(share(broken)).toBeGreaterThan(leastAnswered);
  });

  it('a model whose processes are killed in the middle', async () => {
    const killing = new AbortController();
    const { observed, broken } = await run({
      fault: 'killed in the middle, again and again',
      begin: () => void killAgainAndAgain(killing.signal),
      end: () => killing.abort(),
      sick: () => [best],
    });
    expectNobodyWaited(observed);
    expect(share(broken)).toBeGreaterThan(leastAnswered);
  });

  it('throttled models', async () => {
    const { observed, broken } = await run({
      fault: 'invocations throttled (429)',
      begin: () => faults.throttle(best),
      end: () => faults.throttle(best, false),
      sick: () => [best],
    });
    expectNobodyWaited(observed);
    expect(share(broken)).toBeGreaterThan(leastAnswered);
  });

  it('all models but one', async () => {
    const sick = models.names.slice(1);
    const { observed, broken } = await run({
      fault: 'all models but one answer garbage',
      begin: () => Promise.all(sick.map((model) => faults.set(model, { kind: 'garbage' }))),
      end: () => Promise.all(sick.map((model) => faults.set(model, undefined))),
      sick: () => sick,
    });
    expectNobodyWaited(observed);
    expect(share(broken)).toBeGreaterThan(leastAnswered);
  });

  it('any model: then there are errors that say so, in time', async () => {
    const { observed, during } = await run({
      fault: 'all models hang',
      begin: () => Promise.all(models.names.map((model) => faults.set(model, { kind: 'hang' }))),
      end: () => Promise.all(models.names.map((model) => faults.set(model, undefined))),
      sick: () => models.names,
    });
    expectNobodyWaited(observed);
    for (const { status } of during) expect([503, 504]).toContain(status);
  });

  it.each<TableState>(['dead', 'silent', 'throttled'])('a table that is %s', async (state) => {
    const { observed, broken } = await run({
      fault: `table ${state}`,
      begin: () => gate.set(state),
      end: () => gate.set('open'),
      sick: () => [],
    });
    expectNobodyWaited(observed);
    expect(share(broken)).toBeGreaterThan(leastAnswered);
  });

  it('a selector that is stopped, or killed', async () => {
    const selector = service.assembly.functions.find(({ name }) => name.includes('Selector'));
    const signal = (name: NodeJS.Signals) => {
      for (const pid of selector?.pids ?? []) process.kill(pid, name);
    };
    const { observed, broken } = await run({
      fault: 'selector killed',
      begin: () => signal('SIGKILL'),
      end: () => {},
      sick: () => [],
    });
    for (const { status } of observed) expect([200, 500, 503, 504]).toContain(status);
    expect(share(broken)).toBeGreaterThan(leastAnswered);
  });
});

async function killAgainAndAgain(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const running = faults.nextRun(best);
    await Promise.race([running, delay(1_000)]);
    if (!signal.aborted) await faults.kill(best);
  }
}
