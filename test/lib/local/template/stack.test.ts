// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub writes references
import { describe, expect, it } from 'vitest';
import { Stack } from '../../../../lib/local/template/stack.ts';

const stack = new Stack('Shop', {
  Parameters: { Stage: { Type: 'String', Default: 'test' } },
  Conditions: { Never: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'nowhere'] } },
  Resources: {
    Fn: { Type: 'AWS::Lambda::Function' },
    Named: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'named' } },
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
    Changed: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: { FunctionName: { 'Fn::GetAtt': ['Fn', 'Arn'] }, Name: 'live' },
    },
    [`Long${'X'.repeat(80)}0123ABCD`]: { Type: 'AWS::Lambda::Function' },
    Role: { Type: 'AWS::IAM::Role' },
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Unborn: { Type: 'AWS::S3::Bucket', Condition: 'Never' },
    Api: { Type: 'AWS::ApiGatewayV2::Api' },
  },
  Outputs: { Made: { Value: { 'Fn::GetAtt': ['Bucket', 'Made'] } } },
});

const ref = (id: string) => stack.resolve({ Ref: id });
const att = (id: string, attribute: string) => stack.resolve({ 'Fn::GetAtt': [id, attribute] });
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:Shop-Fn';

describe('Stack', () => {
  it.each([
    ['Stage', 'test'],
    ['AWS::AccountId', '000000000000'],
    ['AWS::StackName', 'Shop'],
    ['Fn', 'Shop-Fn'],
    ['Named', 'named'],
    ['Alias', `${functionArn}:live`],
  ])('Ref %s is %s', (id, expected) => {
    expect(ref(id)).toBe(expected);
  });

  it.each([
    ['Fn', 'Arn', functionArn],
    ['Role', 'Arn', 'arn:aws:iam::000000000000:role/Shop-Role'],
    ['Logs', 'Arn', 'arn:aws:logs:us-east-1:000000000000:log-group:Shop-Logs:*'],
    ['Api', 'ApiEndpoint', 'https://api.execute-api.us-east-1.amazonaws.com'],
    ['Bucket', 'Arn', 'arn:aws:s3:::Shop-Bucket'],
    ['Bucket', 'Unknown', '<Bucket.Unknown>'],
  ])('GetAtt %s.%s is %s', (id, attribute, expected) => {
    expect(att(id, attribute)).toBe(expected);
  });

  it('numbers versions by their logical id, which changes with what they are versions of', () => {
    const number = att('Version', 'Version');
    expect(number).toMatch(/^\d+$/);
    expect(ref('Version')).toBe(`${functionArn}:${number}`);
    expect(att('Version', 'Version')).toBe(number);
    expect(att('Changed', 'Version')).not.toBe(number);
  });

  it('keeps the unique end of a name that is too long', () => {
    const [long = ''] = stack.idsOfType('AWS::Lambda::Function').slice(-1);
    expect(ref(long)).toMatch(/0123ABCD$/);
    expect(ref(long)).toHaveLength(64);
  });

  it('drops resources whose condition is false', () => {
    expect(stack.idsOfType('AWS::S3::Bucket')).toEqual(['Bucket']);
  });

  it('learns attributes and endpoints while it runs', () => {
    stack.setAttributes('Bucket', { Made: 'by hand' });
    expect(stack.outputs()).toEqual({ Made: 'by hand' });
    stack.redirect('https://api.execute-api.us-east-1.amazonaws.com', 'http://here');
    expect(stack.resolve([{ a: { 'Fn::Sub': 'at ${Api.ApiEndpoint}/x' } }])).toEqual([
      { a: 'at http://here/x' },
    ]);
  });
});
