import { describe, expect, it } from 'vitest';
import { stageOf, stagePath } from '../../../../lib/local/http/stages.ts';
import { readHttpApis } from '../../../../lib/local/template/http-api.ts';
import { Stack } from '../../../../lib/local/template/stack.ts';

it.each([
  [['$default'], '/v1/time', { stage: '$default', path: '/v1/time' }],
  [['$default'], '/$default/v1/time', { stage: '$default', path: '/$default/v1/time' }],
  [['prod'], '/prod/v1/time', { stage: 'prod', path: '/v1/time' }],
  [['prod'], '/prod', { stage: 'prod', path: '/' }],
  [['prod'], '/v1/time', undefined],
  [['prod'], '/production/v1/time', undefined],
  [['$default', 'beta'], '/beta/v1/time', { stage: 'beta', path: '/v1/time' }],
  [['$default', 'beta'], '/v1/time', { stage: '$default', path: '/v1/time' }],
])('of stages %j, %s asks for %j', (stages, path, expected) => {
  expect(stageOf(stages, path)).toEqual(expected);
});

it.each([
  [['$default', 'beta'], ''],
  [['prod', 'beta'], '/prod'],
])('the address of an API with stages %j ends with "%s"', (stages, path) => {
  expect(stagePath(stages)).toBe(path);
});

describe('the stages of an API', () => {
  const api = { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } };
  const stage = (StageName: string, ApiId: string) => ({
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { StageName, ApiId: { Ref: ApiId } },
  });
  const stagesIn = (resources: object) =>
    readHttpApis(new Stack('Stack', { Resources: { Api: api, ...resources } })).map(
      ({ stages }) => stages,
    );

  it('are those that the template declares for it', () => {
    const stages = { Prod: stage('prod', 'Api'), Beta: stage('beta', 'Api') };
    expect(stagesIn({ Other: api, ...stages, Test: stage('test', 'Other') })).toEqual([
      ['prod', 'beta'],
      ['test'],
    ]);
  });

  it('are the default one where it declares none', () => {
    expect(stagesIn({})).toEqual([['$default']]);
  });
});
