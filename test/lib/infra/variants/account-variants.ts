import { type App, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  DomainName,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { FlowLogDestination, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { MdInference, type MdInferenceProps } from '../../../../lib/index.ts';
import type { Variant } from './variants.ts';

const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';
const inS3 = { 'nano-24': { storage: 's3' } } as const;

/** A VPC as cdk-nag asks for it: with flow logs. */
export function vpcIn(stack: Stack): Vpc {
  return new Vpc(stack, 'Vpc', {
    maxAzs: 2,
    natGateways: 0,
    subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
    flowLogs: {
      all: { destination: FlowLogDestination.toCloudWatchLogs(new LogGroup(stack, 'Flows')) },
    },
  });
}

/** An API of somebody else, with a default stage that logs. */
export function apiIn(stack: Stack): HttpApi {
  const api = new HttpApi(stack, 'TheirApi', { createDefaultStage: false });
  new HttpStage(stack, 'TheirStage', {
    httpApi: api,
    autoDeploy: true,
    accessLogSettings: {
      destination: new LogGroupLogDestination(new LogGroup(stack, 'TheirLogs')),
      format: AccessLogFormat.clf(),
    },
  });
  return api;
}

/** A certificate that is there already. */
export function certificateIn(stack: Stack, region = stack.region): ICertificate {
  const arn = `arn:aws:acm:${region}:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef`;
  return Certificate.fromCertificateArn(stack, 'Certificate', arn);
}

function variant(
  name: string,
  propsOf: (stack: Stack) => MdInferenceProps,
  findings?: readonly string[],
): Variant {
  return {
    name,
    build: (app: App) => {
      const stack = new Stack(app, 'Test');
      new MdInference(stack, 'Api', propsOf(stack));
    },
    ...(findings && { findings }),
  };
}

/** What accounts and companies ask for. */
export const accountVariants: readonly Variant[] = [
  variant('VPC and keys', (stack) => ({
    vpc: { vpc: vpcIn(stack), subnets: { subnetType: SubnetType.PRIVATE_ISOLATED } },
    encryption: { key: new Key(stack, 'Key', { enableKeyRotation: true }) },
    table: { pointInTimeRecovery: true, deletionProtection: true },
    models: inS3,
  })),
  variant(
    'VPC, keys and domain of others',
    (stack) => {
      const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['eu-west-1a', 'eu-west-1b'],
        privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
      });
      const key = Key.fromKeyArn(
        stack,
        'Key',
        'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
      );
      return {
        vpc: {
          vpc,
          securityGroups: [
            SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0'),
          ],
        },
        encryption: { table: key, logs: key, models: key },
        models: inS3,
        domain: {
          domainName: DomainName.fromDomainNameAttributes(stack, 'Domain', {
            name: 'api.example.com',
            regionalDomainName: 'd-1.execute-api.eu-west-1.amazonaws.com',
            regionalHostedZoneId: 'Z1',
          }),
          basePath: 'vision/v2',
          disableExecuteApiEndpoint: false,
        },
      };
    },
    ['Annotation::mdinference:key-policy'],
  ),
  variant('existing API', (stack) => ({
    api: { httpApi: apiIn(stack), url: 'https://api.example.com/vision' },
  })),
  variant('existing API of another app, tokens', (stack) => ({
    api: { httpApi: HttpApi.fromHttpApiAttributes(stack, 'TheirApi', { httpApiId: 'abc123' }) },
    auth: { jwt: { issuer, audience: ['app'] } },
  })),
  variant('custom domain, retained versions, little written', (stack) => ({
    apiName: 'vision',
    cors: { origins: ['https://app.example.com'] },
    domain: {
      name: 'vision.example.com',
      certificate: certificateIn(stack),
      hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
        hostedZoneId: 'Z1',
        zoneName: 'example.com',
      }),
    },
    retainVersions: true,
    reservedConcurrency: 50,
    models: { 'nano-24': { reservedConcurrency: 10, provisionedConcurrency: { min: 1, max: 10 } } },
    alarms: { tableThrottled: false, serverErrors: { threshold: 5, periods: 2 } },
    logLevel: 'ERROR',
    metricsShare: 0.1,
  })),
];
