import { App, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { describe, expect, it } from 'vitest';
import { InvalidPropertyError, MdInference } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { propertiesOf, synthesized, withoutAssets } from './synthesized.ts';
import { certificateIn } from './variants/account-variants.ts';

const name = 'vision.example.com';

describe('a domain of one’s own', () => {
  it('is the API’s only address, and gets a record in its zone', () => {
    const { template, service, stack } = synthesized((stack) => ({
      apiName: 'Vision',
      domain: {
        ...{ name, certificate: certificateIn(stack) },
        hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
          ...{ hostedZoneId: 'Z1', zoneName: 'example.com' },
        }),
      },
    }));
    expect(stack.resolve(service.url)).toEqual({
      'Fn::Join': ['', ['https://', { Ref: expect.stringContaining('Domain') }]],
    });
    template.hasOutput('*', { Value: stack.resolve(service.url) });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      Name: 'Vision',
      DisableExecuteApiEndpoint: true,
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: name,
      DomainNameConfigurations: [
        { CertificateArn: Match.anyValue(), EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    const [mapping] = propertiesOf(template, 'AWS::ApiGatewayV2::ApiMapping');
    expect(mapping).toMatchObject({
      ApiId: stack.resolve(service.api.apiId),
      Stage: expect.anything(),
    });
    expect(mapping).not.toHaveProperty('ApiMappingKey');
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: `${name}.`,
      Type: 'A',
      HostedZoneId: 'Z1',
      AliasTarget: { DNSName: stack.resolve(service.domainName?.regionalDomainName) },
    });
  });

  it('can be shared with other APIs by a path, beside the address of API Gateway', () => {
    const { template, service, stack } = synthesized((stack) => ({
      domain: {
        domainName: DomainName.fromDomainNameAttributes(stack, 'Theirs', {
          ...{ name: 'api.example.com', regionalDomainName: 'd', regionalHostedZoneId: 'Z1' },
        }),
        ...{ basePath: 'vision/v2', disableExecuteApiEndpoint: false },
      },
    }));
    expect(stack.resolve(service.url)).toBe('https://api.example.com/vision/v2');
    template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', {
      DomainName: 'api.example.com',
      ApiMappingKey: 'vision/v2',
    });
    template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    const [api] = propertiesOf(template, 'AWS::ApiGatewayV2::Api');
    expect(api).not.toHaveProperty('DisableExecuteApiEndpoint');
  });

  it.each([
    [{ name: 'https://vision.example.com' }, /^Test\/Api: domain.name must be a domain/],
    [{ name: 'Vision.example.com' }, /domain.name .* in lower case/],
    [{ name: '*.example.com' }, /domain.name must be a domain/],
    [{ name: 'vision' }, /domain.name must be a domain/],
    [{ name, basePath: '/vision' }, /domain.basePath must be a path .*, not "\/vision"/],
    [{ name, basePath: 'vision/' }, /domain.basePath/],
    [{ name, basePath: '' }, /domain.basePath/],
  ])('is refused when it cannot be: %j', (domain, message) => {
    const wrong = () =>
      synthesized((stack) => ({ domain: { ...domain, certificate: certificateIn(stack) } }));
    expect(wrong).toThrow(InvalidPropertyError);
    expect(wrong).toThrow(message);
  });

  it('takes no certificate of another region', () => {
    const app = new App({
      outdir: temporaryFolder(),
      analyticsReporting: false,
      context: withoutAssets,
    });
    const env = { account: '123456789012', region: 'eu-west-1' };
    const stack = new Stack(app, 'Test', { env });
    const certificate = certificateIn(stack, 'us-east-1');
    expect(() => new MdInference(stack, 'Api', { domain: { name, certificate } })).toThrow(
      'Test/Api: domain.certificate must be of eu-west-1, as the API is, not of us-east-1',
    );
  });
});

it('the URL is API Gateway’s without a domain', () => {
  const { service, stack, template } = synthesized();
  expect(stack.resolve(service.url)).toEqual({
    'Fn::GetAtt': [expect.stringContaining('Http'), 'ApiEndpoint'],
  });
  expect(service.domainName).toBeUndefined();
  template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 0);
});
