import { describe, expect, it } from 'vitest';
import { allowedBy } from '../../../../lib/local/template/iam.ts';
import { Stack } from '../../../../lib/local/template/stack.ts';

const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/s-Table';

function stackWith(...statements: object[]): Stack {
  return new Stack('s', {
    Resources: {
      Table: { Type: 'AWS::DynamoDB::Table' },
      Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [{ Ref: 'Managed' }] } },
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
      Stranger: { Type: 'AWS::Lambda::Function', Properties: { Role: 'arn:aws:iam::1:role/x' } },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: statements } },
      },
      Managed: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          PolicyDocument: {
            Statement: { Effect: 'Allow', Action: 'logs:*', Resource: '*' },
          },
        },
      },
    },
  });
}

const allow = {
  Effect: 'Allow',
  Action: ['dynamodb:Get*', 'dynamodb:UpdateItem'],
  Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
};

describe('allowedBy', () => {
  it.each([
    ['dynamodb:UpdateItem', tableArn, true],
    ['dynamodb:updateitem', tableArn, true],
    ['dynamodb:GetItem', tableArn, true],
    ['dynamodb:PutItem', tableArn, false],
    ['dynamodb:UpdateItem', `${tableArn}2`, false],
    ['logs:PutLogEvents', 'arn:aws:logs:us-east-1:000000000000:log-group:x', true],
    ['s3:GetObject', tableArn, false],
  ])('%s on %s: %s', (action, resource, expected) => {
    expect(allowedBy(stackWith(allow), 'Fn', action, resource)).toBe(expected);
  });

  it('denies what a statement denies, whatever allows it', () => {
    const deny = { Effect: 'Deny', NotAction: 'dynamodb:GetItem', Resource: '*' };
    const stack = stackWith(allow, deny);
    expect(allowedBy(stack, 'Fn', 'dynamodb:UpdateItem', tableArn)).toBe(false);
    expect(allowedBy(stack, 'Fn', 'dynamodb:GetItem', tableArn)).toBe(true);
  });

  describe('with a condition', () => {
    const leadingKeys = 'dynamodb:LeadingKeys';
    const allows = (statement: object, key?: string[]) =>
      allowedBy(
        stackWith({ ...allow, ...statement }),
        'Fn',
        'dynamodb:UpdateItem',
        tableArn,
        key && { [leadingKeys]: key },
      );
    const on = (operator: string, ...values: string[]) => ({
      Condition: { [operator]: { [leadingKeys]: values } },
    });

    it.each([
      ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
      ['ForAllValues:StringEquals', ['a'], ['a', 'b'], false],
      ['ForAnyValue:StringEquals', ['a'], ['a', 'b'], true],
      ['ForAnyValue:StringEquals', ['c'], ['a', 'b'], false],
      ['ForAllValues:StringLike', ['a/*@*'], ['a/m@1'], true],
      ['ForAllValues:StringLike', ['a/*@*'], ['b/a/m@1'], false],
      ['StringEquals', ['a*'], ['a*'], true],
      ['StringEquals', ['a*'], ['ab'], false],
      ['StringLike', ['a*'], ['ab'], true],
    ])('%s %j, a call with key %j: %s', (operator, wanted, key, expected) => {
      expect(allows(on(operator, ...wanted), key)).toBe(expected);
    });

    it('allows nothing when the key of the call is not known', () => {
      expect(allows(on('ForAllValues:StringEquals', 'a'))).toBe(false);
    });

    it('allows nothing by operators that it does not know, and denies by them', () => {
      const unknown = { Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
      expect(allows(unknown, ['a'])).toBe(false);
      const deny = { Effect: 'Deny', Action: '*', Resource: '*' };
      const decide = (condition: object) =>
        allowedBy(
          stackWith(allow, { ...deny, ...condition }),
          'Fn',
          'dynamodb:UpdateItem',
          tableArn,
          {
            [leadingKeys]: ['a'],
          },
        );
      expect(decide(unknown)).toBe(false);
      expect(decide(on('StringEquals', 'a'))).toBe(false);
      expect(decide(on('StringEquals', 'b'))).toBe(true);
    });

    it('wants all of several', () => {
      const both = {
        Condition: {
          ...on('StringEquals', 'a').Condition,
          Bool: { 'aws:SecureTransport': 'true' },
        },
      };
      expect(allows(both, ['a'])).toBe(false);
      const twice = {
        Condition: { ...on('StringEquals', 'a').Condition, ...on('StringLike', 'b*').Condition },
      };
      expect(allows(twice, ['a'])).toBe(false);
    });
  });

  it('allows nothing to a function whose role is not in the template', () => {
    expect(allowedBy(stackWith(allow), 'Stranger', 'dynamodb:UpdateItem', tableArn)).toBe(false);
  });

  it('takes ? for one character and a dot for a dot', () => {
    const stack = stackWith({ Effect: 'Allow', Action: 'a:b?', Resource: 'x.y' });
    expect(allowedBy(stack, 'Fn', 'a:bc', 'x.y')).toBe(true);
    expect(allowedBy(stack, 'Fn', 'a:bcd', 'x.y')).toBe(false);
    expect(allowedBy(stack, 'Fn', 'a:bc', 'xzy')).toBe(false);
  });
});
