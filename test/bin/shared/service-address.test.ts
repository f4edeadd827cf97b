import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { serviceAddress } from '../../../bin/shared/service-address.ts';

describe('serviceAddress', () => {
  it.each([
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787'],
    ['http://127.0.0.1:8787//', 'http://127.0.0.1:8787'],
    ['https://models.example.com/stage/', 'https://models.example.com/stage'],
    ['HTTP://Models.example.com', 'http://models.example.com'],
    [' https://models.example.com\n', 'https://models.example.com'],
    ['127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['10.0.0.7', 'http://10.0.0.7'],
    ['[::1]:8787/', 'http://[::1]:8787'],
    ['localhost', 'http://localhost'],
    ['localhost:8787/prod/', 'http://localhost:8787/prod'],
    ['workstation:8787', 'http://workstation:8787'],
    ['abc.execute-api.eu-west-1.amazonaws.com', 'https://abc.execute-api.eu-west-1.amazonaws.com'],
    ['models.example.com:443/v2', 'https://models.example.com/v2'],
    ['models.example.com/prod', 'https://models.example.com/prod'],
  ])('takes %j', (text, address) => {
    expect(serviceAddress(text)).toBe(address);
  });

  it.each([
    ['', /"" is not https:\/\/HOST/],
    ['http://', /is not/],
    ['http:///v1', /is not/],
    ['ftp://host', /is not/],
    ['file:///etc/hosts', /is not/],
    ['a host', /is not/],
    ['host:port', /is not/],
    ['http://user:secret@host', /cannot hold a name and a password/],
    ['http://host/?stage=prod', /must end before "\?stage=prod"/],
    ['http://host/#top', /must end before "#top"/],
  ])('refuses %j', (text, why) => {
    expect(() => serviceAddress(text)).toThrow(InvalidArgumentError);
    expect(() => serviceAddress(text)).toThrow(why);
  });
});
