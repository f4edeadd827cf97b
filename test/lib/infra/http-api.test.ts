import { Duration } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { beforeAll, describe, expect, it } from 'vitest';
import { routeKeys } from '../../../lib/core/contract/routes.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized();
});

const routeAuthorization = (template: Template) =>
  propertiesOf(template, 'AWS::ApiGatewayV2::Route').map(
    ({ RouteKey, AuthorizationType }) => `${RouteKey} ${AuthorizationType}`,
  );
const warnings = ({ stack }: typeof made) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));

describe('who may call', () => {
  it('is nobody without an IAM signature, on no route', () => {
    expect(routeAuthorization(made.template).sort()).toEqual(
      ['$default', ...routeKeys].map((key) => `${key} AWS_IAM`).sort(),
    );
    expect(routeKeys).toHaveLength(10);
    expect(warnings(made)).toEqual([]);
  });

  it('takes no feedback where it knows no callers, but when asked to, with a warning', () => {
    const feedbackOf = ({ template }: ReturnType<typeof synthesized>) =>
      Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
        ({ Properties }) => Properties.Environment?.Variables?.MDI_FEEDBACK ?? [],
      );
    expect(feedbackOf(made)).toEqual(['callers']);
    expect(feedbackOf(synthesized({ auth: 'none' }))).toEqual(['off']);
    const believing = synthesized({ auth: 'none', feedback: 'anybody' });
    expect(feedbackOf(believing)).toEqual(['anybody']);
    expect(warnings(believing)).toContainEqual(
      expect.stringContaining('strangers can have the best model left out'),
    );
    expect(feedbackOf(synthesized({ auth: 'none', feedback: 'callers' }))).toEqual(['callers']);
  });

  it('is anybody only when asked for, with a warning', () => {
    const open = synthesized({ auth: 'none' });
    expect(routeAuthorization(open.template).every((route) => route.endsWith(' NONE'))).toBe(true);
    expect(warnings(open)).toEqual([expect.stringContaining("auth is 'none'")]);
  });

  it('is who has a token of a provider for one of the audiences', () => {
    const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';
    const { template } = synthesized({ auth: { jwt: { issuer, audience: ['app'] } } });
    expect(routeAuthorization(template).every((route) => route.endsWith(' JWT'))).toBe(true);
    expect(propertiesOf(template, 'AWS::ApiGatewayV2::Authorizer')).toEqual([
      expect.objectContaining({
        AuthorizerType: 'JWT',
        JwtConfiguration: { Audience: ['app'], Issuer: issuer },
      }),
    ]);
  });

  it('is a role that was granted it, on this API and no other', () => {
    const { stack, service } = made;
    const role = new Role(stack, 'Phone', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    const { principalStatements } = service.grantInvokeApi(role);
    const [statement] = principalStatements.map((it) => stack.resolve(it.toStatementJson()));
    expect(statement).toMatchObject({ Action: 'execute-api:Invoke', Effect: 'Allow' });
    expect(JSON.stringify(statement.Resource)).toContain(
      JSON.stringify(stack.resolve(service.api.apiId)),
    );
  });
});

describe('web pages', () => {
  it('of other origins may not call', () => {
    expect(propertiesOf(made.template, 'AWS::ApiGatewayV2::Api')[0]).not.toHaveProperty(
      'CorsConfiguration',
    );
  });

  it('may when their origin is named, with the API’s headers', () => {
    const { template } = synthesized({
      cors: {
        origins: ['https://app.example.com'],
        headers: ['x-trace'],
        maxAge: Duration.hours(1),
      },
    });
    expect(propertiesOf(template, 'AWS::ApiGatewayV2::Api')[0]?.CorsConfiguration).toEqual({
      AllowOrigins: ['https://app.example.com'],
      AllowMethods: ['POST', 'GET'],
      AllowHeaders: [
        'content-type',
        'inference-header-content-length',
        'mdi-sla-ms',
        'mdi-upload-start',
        'mdi-output-ms',
        'mdi-output-input-ms',
        'mdi-view',
        'mdi-upload-rung',
        'mdi-device-accuracy',
        'mdi-at-deadline',
        'authorization',
        'x-amz-content-sha256',
        'x-amz-date',
        'x-amz-security-token',
        'x-trace',
      ],
      ExposeHeaders: [
        ...['server-timing', 'retry-after', 'date'],
        'inference-header-content-length',
      ],
      MaxAge: 3600,
    });
    // A preflight request cannot be signed.
    const open = routeAuthorization(template).filter((route) => route.endsWith(' NONE'));
    expect(open).toEqual(['OPTIONS /{proxy+} NONE']);
  });
});

describe('the access log', () => {
  it('is where accounts have room for as many as they like, one for each stack', () => {
    const { template, stack } = made;
    const [stage] = propertiesOf(template, 'AWS::ApiGatewayV2::Stage');
    const [, id = ''] =
      /"Fn::GetAtt":\["(\w+)"/.exec(JSON.stringify(stage?.AccessLogSettings)) ?? [];
    const { LogGroupName } = template.findResources('AWS::Logs::LogGroup')[id]?.Properties ?? {};
    expect(LogGroupName['Fn::Join'][1][0]).toBe('/aws/vendedlogs/apigateway/Test-Api-17E32BCB/');
    expect(JSON.stringify(LogGroupName)).toContain(JSON.stringify(stack.resolve(stack.stackId)));
  });
});

describe('throttling', () => {
  it('is there without being asked for', () => {
    expect(propertiesOf(made.template, 'AWS::ApiGatewayV2::Stage')).toEqual([
      expect.objectContaining({
        StageName: '$default',
        DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
      }),
    ]);
  });

  it('may be another for all routes, and for one', () => {
    const { template } = synthesized({
      throttling: { rate: 10, burst: 20, routes: { 'POST /v1/infer': { rate: 5, burst: 6 } } },
    });
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stage?.Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
      RouteSettings: {
        'POST /v1/infer': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 },
      },
    });
    expect(stage?.DependsOn.join()).toContain('POSTv1infer');
  });
});
