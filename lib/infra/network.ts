import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledgeNetworkInterfaces } from './acknowledgements.ts';

/**
 * The VPC in which the functions run. They call Lambda and DynamoDB, and S3 for models that lie there and when
 * CloudFormation waits for an answer: through a NAT gateway, or an endpoint for each.
 */
export interface VpcOptions {
  readonly vpc: IVpc;
  /**
   * The subnets.
   *
   * @default - the VPC's private ones
   */
  readonly subnets?: SubnetSelection;
  /**
   * The security groups of all functions, which must let HTTPS out.
   *
   * @default - one of the construct's own that lets everything out, and nothing in
   */
  readonly securityGroups?: readonly ISecurityGroup[];
}

/** Where functions run, as Lambda is told. */
export type Network = Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

/** The network of all functions of a service. */
export function networkOf(scope: Construct, options: VpcOptions): Network {
  const { vpc, subnets, securityGroups } = options;
  return {
    vpc,
    ...(subnets && { vpcSubnets: subnets }),
    securityGroups: securityGroups
      ? [...securityGroups]
      : [
          new SecurityGroup(scope, 'SecurityGroup', {
            vpc,
            description: 'Functions, which call AWS only',
          }),
        ],
  };
}

/** What Lambda does with network interfaces on behalf of a function. */
const interfaceActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Lets Lambda connect functions of a role to a VPC, and not the code of these functions.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export function grantNetworkInterfaces(role: Role): void {
  role.addToPolicy(new PolicyStatement({ actions: interfaceActions, resources: ['*'] }));
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: interfaceActions,
      resources: ['*'],
      // Only calls from a function's code tell which function they come from.
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  );
  acknowledgeNetworkInterfaces(role);
}
