import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { MdInference } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { withoutAssets } from './synthesized.ts';

function templateWith(topicIn: (stack: Stack) => ITopic): Template {
  const stack = new Stack(
    new App({ outdir: temporaryFolder(), analyticsReporting: false, context: withoutAssets }),
    'Test',
  );
  const rollout = { config: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES };
  new MdInference(stack, 'Api', { rollout, alarmsTopic: topicIn(stack) });
  return Template.fromStack(stack);
}

describe('alarms', () => {
  it('reach a topic whose policy names who may publish', () => {
    const template = templateWith((stack) => new Topic(stack, 'Alarms', { enforceSSL: true }));
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny' }),
          {
            Sid: 'AlarmsOfThisAccount',
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Resource: { Ref: Match.stringLikeRegexp('^Alarms') },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });

  it('reach a topic that is encrypted with a key of the stack', () => {
    const template = templateWith(
      (stack) => new Topic(stack, 'Alarms', { masterKey: new Key(stack, 'Key') }),
    );
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    });
  });

  it('of a rollout reach it, too', () => {
    const arn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
    const template = templateWith((stack) => Topic.fromTopicArn(stack, 'Alarms', arn));
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBeGreaterThan(16);
    for (const { Properties } of alarms) {
      expect(Properties).toMatchObject({ AlarmActions: [arn], OKActions: [arn] });
    }
  });
});
