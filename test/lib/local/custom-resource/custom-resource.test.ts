// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub writes references
import { afterEach, describe, expect, it } from 'vitest';
import {
  type CustomResourceEntry,
  createCustomResources,
} from '../../../../lib/local/custom-resource/custom-resource.ts';
import { ResponseInbox } from '../../../../lib/local/custom-resource/response-inbox.ts';
import { FunctionRegistry } from '../../../../lib/local/lambda/function-registry.ts';
import { SessionTokens } from '../../../../lib/local/shared/session-tokens.ts';
import { readFunctions } from '../../../../lib/local/template/functions.ts';
import { Stack } from '../../../../lib/local/template/stack.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const fn = (ZipFile: string, Variables: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { ZipFile },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: 10,
    Environment: { Variables },
  },
});

const custom = (service: string, properties: object = {}, more: object = {}) => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: { 'Fn::GetAtt': [service, 'Arn'] }, ...properties },
  ...more,
});

/** A function under CDK's provider framework, as the template knows it. */
const framework = (onEvent: string, isComplete?: string) =>
  fn('', {
    USER_ON_EVENT_FUNCTION_ARN: { 'Fn::GetAtt': [onEvent, 'Arn'] },
    ...(isComplete === undefined
      ? {}
      : { USER_IS_COMPLETE_FUNCTION_ARN: { 'Fn::GetAtt': [isComplete, 'Arn'] } }),
  });

async function create(Resources: object): Promise<{ stack: Stack; log: CustomResourceEntry[] }> {
  const stack = new Stack('s', { Resources });
  const settings = {
    endpoints: { lambda: '', dynamodb: '', s3: '' },
    variables: {},
    onLog: undefined,
    tokens: new SessionTokens(),
  };
  const registry = new FunctionRegistry(readFunctions(stack, []), settings, () => ({
    atOnce: 4,
    most: 4,
  }));
  const inbox = await ResponseInbox.start();
  closing.push(
    () => registry.close(),
    () => inbox.close(),
  );
  const log: CustomResourceEntry[] = [];
  await createCustomResources({ stack, registry, inbox, onEntry: (entry) => log.push(entry) });
  return { stack, log };
}

const echo = fn(`exports.handler = async (event) => ({ Data: { ...event.ResourceProperties } })`);
const respondWith = (response: object) =>
  fn(`exports.handler = ({ ResponseURL }) =>
    fetch(ResponseURL, { method: 'PUT', body: ${JSON.stringify(JSON.stringify(response))} })`);

describe('createCustomResources', () => {
  it('goes by references, through other resources, and by DependsOn', async () => {
    const { log, stack } = await create({
      Last: custom('Service', {}, { DependsOn: 'Middle' }),
      Middle: custom('Service', { Of: { 'Fn::Sub': '${Between}' } }),
      Between: { Type: 'AWS::SSM::Parameter', Properties: { V: { 'Fn::GetAtt': ['First', 'N'] } } },
      First: custom('Service', { N: 3, Deep: [{ Yes: true }] }),
      Service: framework('Echo'),
      Echo: echo,
    });
    const done = log.filter(({ status }) => status === 'done').map(({ logicalId }) => logicalId);
    expect(done).toEqual(['First', 'Middle', 'Last']);
    expect(stack.resolve({ 'Fn::GetAtt': ['First', 'N'] })).toBe('3');
    expect(stack.resolve({ 'Fn::GetAtt': ['First', 'Deep'] })).toEqual([{ Yes: 'true' }]);
    expect(stack.resolve({ Ref: 'First' })).toBe('First');
  });

  it('asks isComplete until it says so, and takes its data too', async () => {
    const { stack } = await create({
      Thing: custom('Service', { A: 'a' }),
      Service: framework('Echo', 'Done'),
      Echo: echo,
      Done: fn(`let calls = 0;
        exports.handler = async ({ Data }) => ({
          IsComplete: ++calls === 2, Data: { Seen: Data.A + calls } })`),
    });
    expect(stack.resolve({ 'Fn::GetAtt': ['Thing', 'A'] })).toBe('a');
    expect(stack.resolve({ 'Fn::GetAtt': ['Thing', 'Seen'] })).toBe('a2');
  });

  it('takes a response to ResponseURL', async () => {
    const { stack } = await create({
      Thing: custom('Service'),
      Service: respondWith({ Status: 'SUCCESS', PhysicalResourceId: 'p', Data: { A: 1 } }),
    });
    expect(stack.resolve([{ Ref: 'Thing' }, { 'Fn::GetAtt': ['Thing', 'A'] }])).toEqual(['p', 1]);
  });

  it.each([
    ['FAILED', respondWith({ Status: 'FAILED', Reason: 'no room' }), 'no room'],
    ['nothing', fn('exports.handler = async () => {}'), /without a response to ResponseURL/],
    ['an error', fn('exports.handler = async () => { throw new Error("oh") }'), 'oh'],
    ['its end', fn('exports.handler = () => process.exit(1)'), /Runtime exited with error/],
  ])('fails with a service that answers %s', async (_, Service, reason) => {
    const creating = create({ Thing: custom('Service'), Service });
    await expect(creating).rejects.toMatchObject({
      name: 'CustomResourceError',
      logicalId: 'Thing',
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    });
  });

  it('fails if its function is not part of the stack', async () => {
    const thing = { Type: 'Custom::Thing', Properties: { ServiceToken: 'arn:aws:sns:x' } };
    await expect(create({ Thing: thing })).rejects.toThrow(
      /Thing failed: its function arn:aws:sns:x/,
    );
  });
});
