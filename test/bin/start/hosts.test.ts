import { InvalidArgumentError } from 'commander';
import { expect, it } from 'vitest';
import { readHosts } from '../../../bin/start/hosts.ts';

it('reads names of hosts', () => {
  expect(readHosts('models.example.com, my-machine')).toEqual(['models.example.com', 'my-machine']);
  expect(readHosts('*')).toEqual(['*']);
});

it.each(['', 'http://models.example.com', 'models.example.com:80', 'a..b', '*.example.com'])(
  'refuses "%s"',
  (text) => {
    expect(() => readHosts(text)).toThrow(InvalidArgumentError);
  },
);
