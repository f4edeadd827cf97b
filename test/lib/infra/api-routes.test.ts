import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { beforeAll, describe, expect, it } from 'vitest';
import { gatewayRoutes } from '../../../lib/core/contract/routes.ts';
import { InvalidPropertyError, type MdInferenceProps } from '../../../lib/index.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

describe('an API that is there already', () => {
  let made: ReturnType<typeof synthesized>;
  beforeAll(() => {
    made = synthesized((stack) => ({ api: { httpApi: new HttpApi(stack, 'Theirs') } }));
  });

  it('gets the service’s routes, HEAD wherever GET, and keeps its default route', () => {
    const { template } = made;
    const keys = propertiesOf(template, 'AWS::ApiGatewayV2::Route').map(({ RouteKey }) => RouteKey);
    const own = gatewayRoutes.map(({ method, path }) => `${method} ${path}`);
    const heads = gatewayRoutes
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => `HEAD ${path}`);
    expect(keys.sort()).toEqual([...own, ...heads].sort());
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', {
      ApiId: { Ref: Match.stringLikeRegexp('^Theirs') },
      AuthorizationType: 'AWS_IAM',
    });
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 1);
    template.resourceCountIs('AWS::ApiGatewayV2::Stage', 1);
  });

  it('calls the selector’s alias by one integration', () => {
    const integrations = propertiesOf(made.template, 'AWS::ApiGatewayV2::Integration');
    const integrationUri = made.stack.resolve(made.service.selector.live.functionArn);
    expect(integrations).toMatchObject([{ IntegrationUri: integrationUri }]);
  });

  it('is the one whose address and metrics are the service’s', () => {
    const { service, stack, template } = made;
    const [id = ''] = Object.keys(template.findResources('AWS::ApiGatewayV2::Api'));
    const host = [
      { Ref: id },
      '.execute-api.',
      { Ref: 'AWS::Region' },
      '.',
      { Ref: 'AWS::URLSuffix' },
    ];
    expect(stack.resolve(service.url)).toEqual({ 'Fn::Join': ['', ['https://', ...host]] });
    expect(service.api.apiId).toBeDefined();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('5xx'),
      Metrics: Match.arrayWith([
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ Dimensions: [{ Name: 'ApiId', Value: { Ref: id } }] }),
          }),
        }),
      ]),
    });
  });

  it('lets callers call the service’s routes and no others', () => {
    const { stack, service } = made;
    const role = new Role(stack, 'Caller', { assumedBy: new AccountRootPrincipal() });
    const { principalStatements } = service.grantInvokeApi(role);
    const [statement] = principalStatements.map((it) => stack.resolve(it.toStatementJson()));
    const text = JSON.stringify(statement.Resource);
    for (const { method, path } of gatewayRoutes) expect(text).toContain(`/*/${method}${path}"`);
    expect(text).not.toContain('/*/*');
  });
});

const issuer = 'https://id.example.com';

describe('an API that another app has made', () => {
  it('is found by its id, and checks tokens by an authorizer of the service’s own', () => {
    const { service, stack, template } = synthesized((stack) => ({
      api: { httpApi: HttpApi.fromHttpApiAttributes(stack, 'Theirs', { httpApiId: 'abc' }) },
      auth: { jwt: { issuer, audience: ['app'] } },
    }));
    expect(JSON.stringify(stack.resolve(service.url))).toContain('https://abc.execute-api.');
    const [authorizer, ...others] = propertiesOf(template, 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer).toMatchObject({ ApiId: 'abc', AuthorizerType: 'JWT' });
    expect(authorizer?.Name).toContain('Test');
    expect(others).toEqual([]);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 0);
  });

  it('has the address that is told', () => {
    const url = 'https://api.example.com/vision';
    const { service } = synthesized((stack) => ({
      api: { httpApi: HttpApi.fromHttpApiAttributes(stack, 'Theirs', { httpApiId: 'abc' }), url },
    }));
    expect(service.url).toBe(url);
  });
});

describe('an API that is there already is refused', () => {
  it.each([{ disableExecuteApiEndpoint: true }, { createDefaultStage: false }])(
    'without its address when it cannot be reached by the usual one: %j',
    (settings) => {
      const wrong = () =>
        synthesized((stack) => ({ api: { httpApi: new HttpApi(stack, 'Theirs', settings) } }));
      expect(wrong).toThrow(InvalidPropertyError);
      expect(wrong).toThrow('Test/Api: api.url must be told');
    },
  );

  it.each<MdInferenceProps>([
    { apiName: 'vision' },
    { cors: { origins: ['https://app.example.com'] } },
    { throttling: { rate: 1, burst: 1 } },
  ])('together with a setting of the whole API: %j', (props) => {
    const wrong = () =>
      synthesized((stack) => ({ ...props, api: { httpApi: new HttpApi(stack, 'Theirs') } }));
    expect(wrong).toThrow(`Test/Api: ${Object.keys(props)} is a setting of the whole API`);
  });
});

it('an API that anybody can call is warned of', () => {
  const { stack } = synthesized((stack) => ({
    api: { httpApi: new HttpApi(stack, 'Theirs') },
    auth: 'none',
  }));
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('anybody who knows'));
});
