import { SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, synthesized } from './synthesized.ts';
import { vpcIn } from './variants/account-variants.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized((stack) => ({
    vpc: { vpc: vpcIn(stack), subnets: { subnetType: SubnetType.PRIVATE_ISOLATED } },
  }));
});

const statementsOf = (roleId: string) =>
  propertiesOf(made.template, 'AWS::IAM::Policy')
    .filter(({ Roles }) => JSON.stringify(Roles).includes(`"${roleId}"`))
    .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: object[] }).Statement);

describe('functions in a VPC', () => {
  it('are all of them, the framework of the custom resource, too, in one security group that lets nothing in', () => {
    const { template } = made;
    const functions = propertiesOf(template, 'AWS::Lambda::Function');
    expect(functions.length).toBe(made.service.models.size + 3);
    const groups = Object.keys(template.findResources('AWS::EC2::SecurityGroup'));
    expect(groups).toEqual([expect.stringContaining('Api')]);
    const [id] = groups;
    for (const { VpcConfig } of functions) {
      expect(VpcConfig).toEqual({
        SecurityGroupIds: [{ 'Fn::GetAtt': [id, 'GroupId'] }],
        SubnetIds: [expect.anything(), expect.anything()],
      });
    }
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    expect(propertiesOf(template, 'AWS::EC2::SecurityGroup')[0]).not.toHaveProperty(
      'SecurityGroupIngress',
    );
  });

  it('have roles with which Lambda connects them, and their code cannot', () => {
    const functions = Object.values(made.template.findResources('AWS::Lambda::Function'));
    for (const { Properties } of functions) {
      const statements = statementsOf(Properties.Role['Fn::GetAtt'][0]);
      const action = expect.arrayContaining([
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
      ]);
      const interfaces = { Action: action, Resource: '*' };
      const condition = { Null: { 'lambda:SourceFunctionArn': 'false' } };
      expect(statements).toContainEqual({ ...interfaces, Effect: 'Allow' });
      expect(statements).toContainEqual({ ...interfaces, Effect: 'Deny', Condition: condition });
    }
  });

  it('are made when their role has these rights', () => {
    const { template } = made;
    for (const { Properties, DependsOn } of Object.values(
      template.findResources('AWS::Lambda::Function'),
    )) {
      const role: string = Properties.Role['Fn::GetAtt'][0];
      const policies = Object.entries(template.findResources('AWS::IAM::Policy'))
        .filter(([, policy]) => JSON.stringify(policy.Properties.Roles).includes(`"${role}"`))
        .filter(([, policy]) => JSON.stringify(policy).includes('ec2:'))
        .map(([id]) => id);
      expect(DependsOn).toEqual(expect.arrayContaining(policies));
      expect(policies).toHaveLength(1);
    }
  });

  it('take security groups of yours', () => {
    const { template } = synthesized((stack) => ({
      vpc: {
        vpc: vpcIn(stack),
        subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Ours', 'sg-1')],
      },
    }));
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    for (const { VpcConfig } of propertiesOf(template, 'AWS::Lambda::Function')) {
      expect(VpcConfig).toMatchObject({ SecurityGroupIds: ['sg-1'] });
    }
  });
});

it('functions run in Lambda’s own network by default, and without rights in any other', () => {
  const { template } = synthesized();
  for (const properties of propertiesOf(template, 'AWS::Lambda::Function')) {
    expect(properties).not.toHaveProperty('VpcConfig');
  }
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('"ec2:');
});
