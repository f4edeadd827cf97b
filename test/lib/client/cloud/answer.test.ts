import { describe, expect, it } from 'vitest';
import { faultOfAnswer, faultOfTime, isProblem } from '../../../../lib/client/cloud/answer.ts';
import type { InferResponse } from '../../../../lib/core/contract/messages.ts';
import { problemDocument } from '../../../../lib/core/contract/problem.ts';
import { inferResponseSchema } from '../../../../lib/core/contract/schemas.ts';

const answer: InferResponse = {
  requestId: 'r1',
  model: { name: 'm', version: '1', accuracyPct: 80 },
  predictions: [
    { index: 3, label: 'ring', score: 0.7 },
    { index: 0, label: 'disc', score: 0.2 },
  ],
  timing: {
    slaMs: 250,
    inputMs: 40,
    networkMs: 80,
    budgetMs: 170,
    selectMs: 0.1,
    serviceMs: 30,
    serverMs: 31,
    coldStart: false,
    source: 'client',
  },
  selection: {
    strategy: 'three-stage',
    baseModel: 'm',
    eligible: [{ model: 'm', probability: 1 }],
    failed: ['n'],
  },
};

type Path = (string | number)[];

/** The paths of everything inside a value. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, member]) =>
    pathsIn(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inside : [path, ...inside];
}

/** A copy with something else at a path. */
function changed(path: Path, value: unknown): unknown {
  const copy = structuredClone(answer) as unknown as Record<string | number, unknown>;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  holder[path.at(-1) ?? ''] = value;
  return JSON.parse(JSON.stringify(copy)) as unknown;
}

describe('faultOfAnswer', () => {
  it('finds nothing wrong with what the service’s schema takes', () => {
    expect(inferResponseSchema.safeParse(answer).success).toBe(true);
    expect(faultOfAnswer(answer)).toBeUndefined();
    expect(
      faultOfAnswer({ ...answer, more: 1, selection: { ...answer.selection, failed: 1 } }),
    ).toBe(undefined);
  });

  // What the client does not work with.
  const names = ['version', 'networkMs', 'budgetMs', 'selectMs', 'serviceMs', 'coldStart'];
  const unread = (path: Path) =>
    path.some((key) => [...names, 'source', 'selection'].includes(String(key)));
  const values = [undefined, null, 'text', {}, [], true];
  it.each(pathsIn(answer).filter((path) => !unread(path)))(
    'refuses what the schema refuses at %s %s %s',
    (...path) => {
      for (const value of values) {
        const body = changed(
          path.filter((key) => key !== undefined),
          value,
        );
        if (inferResponseSchema.safeParse(body).success) continue;
        expect(faultOfAnswer(body), JSON.stringify(body)).toBeDefined();
      }
    },
  );

  it('names the place', () => {
    expect(faultOfAnswer(changed(['predictions', 1, 'label'], 7))).toBe('predictions[1]');
    expect(faultOfAnswer(changed(['timing'], null))).toBe('timing.slaMs');
    expect(faultOfAnswer(changed(['predictions'], []))).toBe('predictions');
    expect(faultOfAnswer(changed(['model', 'accuracyPct'], 101))).toBe('model');
    expect(faultOfAnswer(undefined)).toBe('requestId');
  });

  it.each(['slaMs', 'inputMs', 'serverMs'])('refuses a %s without sense', (name) => {
    for (const ms of [1e300, -1e300, 1e10]) {
      expect(faultOfAnswer(changed(['timing', name], ms))).toBe(`timing.${name}`);
    }
    // JSON has no NaN, but a number can be too large for a double.
    const infinite = { ...answer, timing: { ...answer.timing, [name]: Number.POSITIVE_INFINITY } };
    expect(faultOfAnswer(infinite)).toBe(`timing.${name}`);
  });

  it('takes a T_input below 0, which clocks that differ can make of a short one', () => {
    expect(faultOfAnswer(changed(['timing', 'inputMs'], -3))).toBeUndefined();
  });

  it.each([-0.1, 1.1, 1e300])('refuses a score of %s', (score) => {
    expect(faultOfAnswer(changed(['predictions', 0, 'score'], score))).toBe('predictions[0]');
  });
});

describe('other bodies', () => {
  const isTime = (body: unknown) => faultOfTime(body, new Headers()) === undefined;

  it('knows a problem document and a time', () => {
    expect(isProblem(problemDocument('throttled', 'later', 'r'))).toBe(true);
    expect(isProblem({ message: 'Forbidden' })).toBe(false);
    expect(isTime({ epochMs: 1, receivedEpochMs: 0 })).toBe(true);
    expect(isTime({ epochMs: '1' })).toBe(false);
    expect(isTime([])).toBe(false);
    expect(isTime({ epochMs: 1e300, receivedEpochMs: 0 })).toBe(false);
    expect(isTime({ epochMs: 0, receivedEpochMs: -1 })).toBe(false);
    expect(isTime(null)).toBe(false);
  });
});
