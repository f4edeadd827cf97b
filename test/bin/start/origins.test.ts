import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { readOrigins } from '../../../bin/start/origins.ts';

describe('readOrigins', () => {
  it.each([
    ['http://localhost:5173', ['http://localhost:5173']],
    ['https://a.example, http://127.0.0.1:3000', ['https://a.example', 'http://127.0.0.1:3000']],
    ['*', ['*']],
    ['capacitor://localhost', ['capacitor://localhost']],
  ])('takes %s', (text, expected) => {
    expect(readOrigins(text)).toEqual(expected);
  });

  it.each([
    ['http://localhost:5173/', /"http:\/\/localhost:5173\/".*would be http:\/\/localhost:5173\.$/],
    ['https://a.example/app', /would be https:\/\/a\.example\./],
    // Browsers leave the port out that goes without saying, and write names in lower case.
    ['https://a.example:443', /would be https:\/\/a\.example\./],
    ['https://A.example', /would be https:\/\/a\.example\./],
    ['localhost:5173', /"localhost:5173" is not an origin: such as http/],
    ['a.example', /is not an origin/],
    ['', /"" is not an origin/],
    ['http://a.example,', /"" is not an origin/],
  ])('refuses %j, and says what would be right', (text, message) => {
    expect(() => readOrigins(text)).toThrow(InvalidArgumentError);
    expect(() => readOrigins(text)).toThrow(message);
  });
});
