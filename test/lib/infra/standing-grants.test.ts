import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MdInferenceProps } from '../../../lib/index.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { readStack, type Stack } from '../../../lib/local/template/stack.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { synthesized } from './synthesized.ts';

/*
 * CloudFormation changes a function's policy before its new version takes over, and for as long as a rollout goes on
 * the version before it serves by the policy after the change. What is removed goes last, when nobody needs it.
 */

/** The shapes catalogue in a folder of its own, changed. */
function shapes(change: (catalogue: { name: string; models: unknown[] }) => void): string {
  const folder = temporaryFolder();
  cpSync(resolveCatalogue('shapes'), folder, { recursive: true });
  const path = join(folder, 'catalogue.json');
  const catalogue = JSON.parse(readFileSync(path, 'utf8'));
  change(catalogue);
  writeFileSync(path, JSON.stringify({ ...catalogue, onDevice: undefined }));
  return folder;
}

const all: MdInferenceProps = {};
const withoutBest: MdInferenceProps = {
  catalogue: shapes(({ models }) => models.pop()),
};
const renamed: MdInferenceProps = {
  catalogue: shapes((catalogue) => {
    catalogue.name = 'figures';
  }),
};
const inS3: MdInferenceProps = { models: { 'nano-24': { storage: 's3' } } };

const changes: [what: string, before: MdInferenceProps, after: MdInferenceProps][] = [
  ['a model is removed', all, withoutBest],
  ['a model is added', withoutBest, all],
  ['a model’s file has become small enough to lie beside its code', inS3, all],
  ['a model’s file has become too large for that', all, inS3],
  ['the catalogue has another name', all, renamed],
  ['feedback is turned off', all, { feedback: 'off' }],
  ['a model has another memory size', all, { models: { 'nano-24': { memoryMb: 512 } } }],
];

interface Grant {
  readonly action: string;
  readonly resource: string;
  readonly condition: unknown;
}

/** What the functions that callers reach are allowed, by their logical ids. */
function grantsOf(stack: Stack): Map<string, Grant[]> {
  const reached = stack.idsOfType('AWS::Lambda::Alias').map((id) => stack.properties(id));
  const functions = stack
    .idsOfType('AWS::Lambda::Function')
    .filter((id) => reached.some(({ FunctionName }) => FunctionName === stack.physicalId(id)));
  const policies = stack.idsOfType('AWS::IAM::Policy').map((id) => stack.properties(id));
  return new Map(
    functions.map((id) => {
      const role = String(stack.properties(id).Role).split('/').at(-1);
      const own = policies.filter(({ Roles }) => (Roles as string[]).includes(role ?? ''));
      return [id, own.flatMap(({ PolicyDocument }) => grantsIn(PolicyDocument))];
    }),
  );
}

function grantsIn(document: unknown): Grant[] {
  const { Statement } = document as {
    Statement: { Action: string[]; Resource: string[]; Condition: object }[];
  };
  return Statement.flatMap(({ Action, Resource, Condition }) =>
    [Action]
      .flat()
      .flatMap((action) =>
        [Resource].flat().map((resource) => ({ action, resource, condition: Condition })),
      ),
  );
}

/** Whether a grant allows all that another one does. A wildcard in the other one is a letter like any. */
function covers(wider: Grant, narrower: Grant): boolean {
  const pattern = wider.resource.replaceAll(/[^\w*]/g, '\\$&').replaceAll('*', '.*');
  return (
    wider.action === narrower.action &&
    new RegExp(`^${pattern}$`).test(narrower.resource) &&
    JSON.stringify(wider.condition) === JSON.stringify(narrower.condition)
  );
}

const stackWith = (props: MdInferenceProps) =>
  readStack(synthesized(props === all ? undefined : props).outdir);

describe('while the new version takes over, the one before it may do all that it could before', () => {
  const stacks = new Map<MdInferenceProps, Stack>();
  beforeAll(() => {
    for (const props of changes.flat()) {
      if (typeof props === 'object' && !stacks.has(props)) stacks.set(props, stackWith(props));
    }
  });

  it.each(changes)('%s', (_, before, after) => {
    const then = grantsOf(stacks.get(before) as Stack);
    const now = grantsOf(stacks.get(after) as Stack);
    const live = [...then].filter(([id]) => now.has(id));
    expect(live.length).toBeGreaterThanOrEqual(7);
    for (const [id, grants] of live) {
      expect(grants.length).toBeGreaterThan(2);
      const lost = grants.filter((grant) => !now.get(id)?.some((it) => covers(it, grant)));
      expect(lost, id).toEqual([]);
    }
  });
});
