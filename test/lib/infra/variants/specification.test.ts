import { describe, expect, it } from 'vitest';
import { faultsOf } from './specification.ts';

const role = {
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: {} },
};
const fn = (properties: object) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { ZipFile: '' }, Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, ...properties },
});
const faults = (resources: object) =>
  faultsOf(JSON.parse(JSON.stringify({ Resources: { Role: role, ...resources } })));

describe('a template is judged by the CloudFormation resource specification, which', () => {
  it('finds nothing in one that is right', () => {
    expect(faults({ Fn: fn({ MemorySize: 128, Timeout: { Ref: 'AWS::NoValue' } }) })).toEqual([]);
    expect(faults({ Own: { Type: 'Custom::Own', Properties: { anything: 1 } } })).toEqual([]);
  });

  it.each([
    [{ Fn: { Type: 'AWS::Lambda::Functional' } }, 'Fn: there is no AWS::Lambda::Functional'],
    [{ Fn: fn({ Memory: 128 }) }, 'Fn: there is no Memory'],
    [{ Fn: fn({ TracingConfig: { Modus: 'Active' } }) }, 'Fn.TracingConfig: there is no Modus'],
    [{ Fn: fn({ Code: undefined }) }, 'Fn: Code is missing'],
    [{ Fn: fn({ MemorySize: '128' }) }, 'Fn.MemorySize: "128" is no integer'],
    [{ Fn: fn({ MemorySize: Number.NaN }) }, 'Fn.MemorySize: null is no integer'],
    [{ Fn: fn({ Layers: [1] }) }, 'Fn.Layers[0]: 1 is no string'],
    [{ Fn: fn({ Environment: { Variables: [] } }) }, 'Fn.Environment.Variables: [] is no map'],
    [
      { Fn: fn({ Role: { 'Fn::GetAtt': ['Role', 'Name'] } }) },
      'Fn: AWS::IAM::Role Role has no Name',
    ],
    [{ Fn: fn({ Role: { 'Fn::Sub': `\${Role.Name}` } }) }, 'Fn: AWS::IAM::Role Role has no Name'],
    [{ Fn: fn({ Role: { Ref: 'Other' } }) }, 'Fn: there is no Other'],
    [{ Fn: { ...fn({}), DependsOn: ['Other'] } }, 'Fn: there is no Other'],
    [{ Fn: { ...fn({}), DependsOn: 'Fn' } }, 'a circle: Fn < Fn'],
    [
      { One: fn({ Description: { Ref: 'Two' } }), Two: { ...fn({}), DependsOn: ['One'] } },
      'a circle: One < Two < One',
    ],
  ])('finds a fault in %j', (resources, fault) => {
    expect(faults(resources)).toEqual([fault]);
  });
});
