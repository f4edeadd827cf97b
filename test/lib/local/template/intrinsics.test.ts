// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub writes references
import { describe, expect, it } from 'vitest';
import { AssemblyError } from '../../../../lib/local/shared/errors.ts';
import { createResolver, referencesIn } from '../../../../lib/local/template/intrinsics.ts';

const resolve = createResolver(
  {
    Mappings: { Sizes: { small: { mb: 128 } } },
    Conditions: {
      Yes: { 'Fn::Equals': [{ Ref: 'Region' }, 'here'] },
      No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    },
  },
  {
    ref: (id) => (id === 'AWS::NoValue' ? undefined : id === 'Region' ? 'here' : `ref:${id}`),
    getAtt: (id, attribute) => `${id}#${attribute}`,
  },
);

describe('createResolver', () => {
  const cases: [string, unknown, unknown][] = [
    ['plain values', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
    ['Ref', { a: { Ref: 'X' } }, { a: 'ref:X' }],
    ['GetAtt as a list', { 'Fn::GetAtt': ['X', 'Arn'] }, 'X#Arn'],
    ['GetAtt as text, with a dot in the attribute', { 'Fn::GetAtt': 'X.A.B' }, 'X#A.B'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'X' }]] }, 'a-ref:X'],
    ['Sub', { 'Fn::Sub': '${X}/${Y.Arn}/${!Z}' }, 'ref:X/Y#Arn/${Z}'],
    ['Sub with variables', { 'Fn::Sub': ['${v}/${X}', { v: { Ref: 'Y' } }] }, 'ref:Y/ref:X'],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['Select by text', { 'Fn::Select': ['0', ['a']] }, 'a'],
    ['If', { 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    ['If not', { 'Fn::If': ['No', 'then', { Ref: 'X' }] }, 'ref:X'],
    ['And', { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
    ['Or', { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] }, true],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'mb'] }, 128],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['NoValue in a list', [1, { 'Fn::If': ['No', 2, { Ref: 'AWS::NoValue' }] }], [1]],
    ['an object that only looks like an intrinsic', { Ref: 'X', b: 1 }, { Ref: 'X', b: 1 }],
  ];

  it.each(cases)('replaces %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it('refuses what needs an account', () => {
    expect(() => resolve({ 'Fn::ImportValue': 'x' })).toThrow(AssemblyError);
  });
});

describe('referencesIn', () => {
  it('finds every logical id', () => {
    const value = {
      a: { Ref: 'A' },
      b: [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['B', 'Arn'] }]] }],
      c: { 'Fn::Sub': ['${C}-${D.Arn}-${!E}', { x: { 'Fn::GetAtt': 'F.Arn' } }] },
    };
    expect([...referencesIn(value)].sort()).toEqual(['A', 'B', 'C', 'D', 'F']);
  });
});
