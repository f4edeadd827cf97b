import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problems } from '../../lib/core/contract/problem.ts';
import {
  inferResponseSchema,
  modelsResponseSchema,
  problemSchema,
} from '../../lib/core/contract/schemas.ts';
import { inputBytes } from '../../lib/core/preprocessing/preprocessing.ts';
import { Chance } from '../fixtures/chance.ts';
import {
  everyFormat,
  type FuzzedRequest,
  fuzzedRequest,
  fuzzSeconds,
  type Material,
} from '../fixtures/fuzzed.ts';
import { type RawResponse, readResponses, sendRaw } from '../fixtures/raw-http.ts';
import { catalogue, RunningService, sample } from './running-service.ts';

/** How many requests there are, how many of them in any case, and how long they may take. */
const budget = { requests: 5_000, least: 500, seconds: fuzzSeconds, atOnce: 6 };
/** How long a connection stays open whose last request is incomplete, in ms. */
const idleMs = 400;

let service: RunningService;
let material: Material;
const agent = new Agent({ keepAlive: true, maxSockets: budget.atOnce });
beforeAll(async () => {
  material = { images: await everyFormat(sample.bytes), tensorBytes: inputBytes(catalogue.input) };
  // All requests come from one caller, whose share is that of a real deployment.
  service = await RunningService.start({ environment: { MDI_CALLER_SHARE: '0.2' } });
}, 120_000);
afterAll(async () => {
  agent.destroy();
  await service.stop();
});

/** By a client that keeps its connections, and allows itself no more than HTTP does. */
async function send({ method, path, headers, body }: FuzzedRequest): Promise<RawResponse[]> {
  // What HTTP does not allow in a header Node does not send either.
  const sendable = Object.entries(headers).filter(([, value]) => /^[\t\x20-\xff]*$/.test(value));
  const request = httpRequest(`${service.assembly.url}${path}`, {
    method,
    agent,
    headers: { ...Object.fromEntries(sendable), 'content-length': body.length },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = (await buffer(response)).toString();
  if (method === 'HEAD') return [];
  const contentType = response.headers['content-type'];
  return [{ status: response.statusCode ?? 0, contentType, body: text }];
}

/**
 * Sends it again where the connection was closed: the service may have answered before it had read everything, or
 * have closed a connection that had not been used for long.
 */
async function sendUntilAnswered(request: FuzzedRequest, tries = 3): Promise<RawResponse[]> {
  try {
    return await send(request);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const what = `${request.method} ${request.path} ${JSON.stringify(request.headers)}, ${request.body.length} bytes`;
    if (tries === 1 || !['ECONNRESET', 'EPIPE'].includes(code)) {
      throw new Error(`no answer to ${what}`, { cause: error });
    }
    closed.push(what);
    return sendUntilAnswered(request, tries - 1);
  }
}

/** Requests whose connections were closed without an answer. */
const closed: string[] = [];

const brokenLines = [
  'GET',
  'GET /v1/health',
  'get /v1/health HTTP/1.1',
  'GET /v1/health HTTP/9.9',
  'GET http://[ HTTP/1.1',
  'GET http://evil.example/v1/health HTTP/1.1',
  'CONNECT /v1/infer HTTP/1.1',
  'PRI * HTTP/2.0',
  '\x16\x03\x01\x02\x00\x01',
];
const brokenHeaders = [
  'content-length: -1',
  'content-length: 99999999999999999999',
  'content-length: 3, 4',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'expect: a-miracle',
  'host: evil.example',
  'origin: https://evil.example',
  'no colon',
  ' folded: yes',
  'name\0: value',
  `cookie: ${'a'.repeat(20_000)}`,
  'upgrade: websocket\r\nconnection: upgrade',
];

/** Some requests in one go, the last of which may lie about its length, be cut or be no HTTP at all. */
function pipelined(chance: Chance): Buffer {
  const count = 1 + chance.below(4);
  const requests = Array.from({ length: count }, (_, i) => {
    const { method, path, headers, body } = fuzzedRequest(chance, material);
    const isLast = i === count - 1;
    const isBroken = isLast && chance.happens(0.7);
    const line =
      isBroken && chance.happens(0.3)
        ? chance.of(brokenLines)
        : `${method === 'HEAD' ? 'GET' : method} ${path} HTTP/1.1`;
    const lines = [
      line,
      `host: ${new URL(service.assembly.url).host}`,
      `connection: ${isLast ? 'close' : 'keep-alive'}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${body.length + (isBroken ? chance.of([0, 0, 1, 1_000]) : 0)}`,
      ...(isBroken ? [chance.of(brokenHeaders)] : []),
    ];
    const whole = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
    return isBroken && chance.happens(0.3) ? whole.subarray(0, chance.below(whole.length)) : whole;
  });
  return Buffer.concat(requests);
}

/** That an answer is one that the API's document has. */
function check({ status, contentType, body }: RawResponse, what: string): void {
  if (status < 400) {
    expect([200, 202, 204], what).toContain(status);
    return;
  }
  expect([500, 501, 505], `${what}\n${body}`).not.toContain(status);
  const { error, ...said } = JSON.parse(body);
  const problem = problemSchema.parse(said);
  // Of the Open Inference Protocol: any of several requests in one go may be one of its.
  const isPlain = error !== undefined;
  if (isPlain) expect(error, what).toBe(problem.detail);
  expect(contentType, what).toBe(isPlain ? 'application/json' : 'application/problem+json');
  expect(problem.status, what).toBe(status);
  expect(problem.requestId, what).not.toBe('');
  if (problem.type === 'about:blank') return;
  const type = problem.type.replace('/problems/', '') as keyof typeof problems;
  expect(problem, what).toMatchObject(problems[type]);
}

async function profiles() {
  const response = await service.fetch('/v1/models');
  return modelsResponseSchema.parse(await response.json()).models;
}

/** Which models an honest request with all the time in the world is to get. Which answers is up to the race. */
async function honest() {
  const response = await service.post(new Uint8Array(sample.bytes), { 'mdi-sla-ms': '29000' });
  const { selection, predictions } = inferResponseSchema.parse(await response.json());
  expect(predictions[0]?.label).toBe(sample.label);
  const { baseModel, eligible } = selection;
  return { baseModel, eligible: eligible.map(({ model }) => model).sort() };
}

describe('a running service', () => {
  it('answers fuzzed requests as its document says, and honest ones as before', async () => {
    const before = { honest: await honest(), profiles: await profiles() };
    const startMs = performance.now();
    const statuses = new Map<number, number>();
    let sent = 0;

    let isFuzzing = true;
    const watch = (async () => {
      let asked = 0;
      for (; isFuzzing; asked++) {
        expect((await service.fetch('/v1/health')).status).toBe(200);
        await delay(100);
      }
      return asked;
    })();

    const fuzz = async (round: number) => {
      const isBudgetSpent = performance.now() - startMs > 1_000 * budget.seconds;
      if (isBudgetSpent && round >= budget.least) return;
      sent++;
      // Each round has its own choices, so that the order in which answers come changes none.
      const chance = new Chance((round + 0.5) / budget.requests);
      const isRaw = chance.happens(0.15);
      const bytes = isRaw ? pipelined(chance) : undefined;
      const request = fuzzedRequest(chance, material);
      const what = `round ${round}: ${
        bytes?.toString('latin1').slice(0, 600) ??
        `${request.method} ${request.path} ${JSON.stringify(request.headers)}`
      }`;
      const answers = bytes
        ? readResponses(await sendRaw(service.assembly.url, bytes, idleMs))
        : await sendUntilAnswered(request);
      for (const answer of answers) {
        check(answer, what);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      }
    };
    const all = Array.from({ length: budget.requests }, (_, round) => round);
    await pMap(all, fuzz, { concurrency: budget.atOnce }).finally(() => {
      isFuzzing = false;
    });
    const watched = await watch;
    const seconds = (performance.now() - startMs) / 1_000;
    console.log(
      `${sent} of ${budget.requests} requests in ${seconds.toFixed(0)} s, health asked ${watched} times, ${closed.length} sent again:`,
      Object.fromEntries(statuses),
      closed.slice(0, 10),
    );

    expect(sent).toBeGreaterThanOrEqual(budget.least);
    // Otherwise nothing has got past the first check.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 405, 415, 422]));

    // A busy machine may have had a model left for a while: then requests find out that it is well.
    await expect.poll(honest).toEqual(before.honest);
    const after = await profiles();
    // Three at once and one in twenty seconds, of each selector; how far these move it has a bound of
    // its own (test/functions/poisoning.test.ts).
    const counted = 3 + Math.ceil((performance.now() - startMs) / 20_000);
    for (const [i, { name, profile, accuracyPct }] of after.entries()) {
      const known = before.profiles[i];
      if (!known) throw new Error(`${name} was not there before`);
      expect(accuracyPct, name).toBe(known.accuracyPct);
      expect(profile.samples - known.profile.samples, name).toBeLessThanOrEqual(
        counted * selectors(),
      );
    }
    expect(service.logs.filter((line) => line.includes('unexpected error'))).toEqual([]);
  }, 600_000);
});

/** How many environments the selector has: each counts its callers by itself. */
function selectors(): number {
  const { pids: running } =
    service.assembly.functions.find(({ logicalId }) => logicalId.includes('Selector')) ?? {};
  return Math.max(1, running?.length ?? 0);
}
