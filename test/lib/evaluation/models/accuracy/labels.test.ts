import { describe, expect, it } from 'vitest';
import {
  classIndex,
  labelIndex,
  TruthError,
} from '../../../../../lib/evaluation/models/accuracy/labels.ts';

const labels = ['tench', 'great white shark', 'crane', 'T-shirt', 'crane', '7'];

describe('labelIndex', () => {
  it.each([
    ['tench', 0],
    ['Tench', 0],
    ['great white shark', 1],
    ['great_white_shark', 1],
    ['t shirt', 3],
    ['3', 3],
    ['0001', 1],
    // A label of digits goes before the index.
    ['7', 5],
  ])('%s', (text, index) => {
    expect(labelIndex(text, labels, 'here')).toBe(index);
  });

  it.each([
    ['cat', /^here: "cat" is neither a label of the catalogue nor a class index of 0 to 5$/],
    ['6', /nor a class index of 0 to 5/],
    ['-1', /nor a class index/],
    ['', /nor a class index/],
    ['crane', /^here: 2 labels are "crane" \(2, 4\); say the class index instead$/],
  ])('refuses "%s"', (text, message) => {
    expect(() => labelIndex(text, labels, 'here')).toThrow(TruthError);
    expect(() => labelIndex(text, labels, 'here')).toThrow(message);
  });
});

it('takes an index for an index', () => {
  expect(classIndex('1', ['1', '0'], 'here')).toBe(1);
  expect(() => classIndex('2', ['1', '0'], 'here')).toThrow(TruthError);
});
