import {
  type App,
  Duration,
  type Environment,
  NestedStack,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { LambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { MdInference, type MdInferenceProps } from '../../../../lib/index.ts';
import { accountVariants } from './account-variants.ts';
import { manyModels } from './many-models.ts';

/** One way to deploy the service, which must be free of faults by every judge. */
export interface Variant {
  readonly name: string;
  /** Makes the stacks with the service in an app. */
  build(app: App): void;
  /** What cdk-nag must find, because it was asked for. */
  readonly findings?: readonly string[];
}

/** Everything that can be turned on. */
function everything(stack: Stack): MdInferenceProps {
  return {
    strategy: 'expected-accuracy',
    cors: { origins: ['https://app.example.com'], headers: ['x-trace'], maxAge: Duration.hours(1) },
    throttling: { rate: 10, burst: 20, routes: { 'POST /v1/infer': { rate: 5, burst: 6 } } },
    shards: 4,
    tracing: true,
    logLevel: 'INFO',
    alarmsTopic: new Topic(stack, 'Alarms', { enforceSSL: true }),
    provisionedConcurrency: { min: 1, max: 4 },
    keepWarm: Duration.minutes(5),
    models: {
      'nano-24': { storage: 's3', provisionedConcurrency: 1 },
      'mobile-24-views2': { architecture: Architecture.ARM_64, memoryMb: 512 },
      'resnet-24-views4': { memoryMb: [1769, 5307] },
    },
    rollout: { config: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES },
    removalPolicy: RemovalPolicy.RETAIN,
    tags: { team: 'vision' },
  };
}

/** The service in a stack of its own. */
const inStack = (propsOf: (stack: Stack) => MdInferenceProps, env?: Environment) => (app: App) => {
  const stack = new Stack(app, 'Test', env ? { env } : {});
  new MdInference(stack, 'Api', propsOf(stack));
};

const account = '123456789012';
const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';

/** Every variant; what is new in the construct gets one. */
export const variants: readonly Variant[] = [
  { name: 'default', build: inStack(() => ({})) },
  { name: 'everything', build: inStack(everything) },
  ...['eu-west-1', 'cn-north-1', 'us-gov-west-1'].map((region) => ({
    name: `everything in ${region}`,
    build: inStack(everything, { account, region }),
  })),
  {
    name: 'callers with tokens',
    build: inStack(() => ({ auth: { jwt: { issuer, audience: ['app'] } } })),
  },
  {
    name: 'open to anybody',
    build: inStack(() => ({ auth: 'none', cors: { origins: ['*'] } })),
    findings: ['Annotation::mdinference:open-api', 'AwsSolutions-APIG4'],
  },
  {
    name: 'two in one stack',
    build: (app) => {
      const stack = new Stack(app, 'Test');
      new MdInference(stack, 'One', everything(stack));
      new MdInference(stack, 'Two');
    },
  },
  {
    name: 'nested stack',
    build: (app) => {
      const stack = new NestedStack(new Stack(app, 'Test'), 'Nested');
      new MdInference(stack, 'Api', everything(stack));
    },
  },
  { name: '41 models', build: inStack(() => ({ catalogue: manyModels() })) },
  {
    // A stack may have 500 resources: warm-ups would be too many.
    name: '41 models, everything but warm-ups',
    build: inStack((stack) => ({
      ...everything(stack),
      catalogue: manyModels(),
      keepWarm: undefined as never,
      models: {
        'vgg16-7': { storage: 's3' },
        'vgg16-12': { storage: 's3', provisionedConcurrency: { min: 1, max: 2 } },
      },
    })),
  },
  ...accountVariants,
];
