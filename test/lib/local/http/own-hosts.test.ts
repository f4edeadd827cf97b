import { expect, it } from 'vitest';
import { hostsOf, isOwnHost, isOwnPage } from '../../../../lib/local/http/own-hosts.ts';

it.each([
  'localhost',
  'localhost:8787',
  'LOCALHOST.:80',
  'app.localhost:3000',
  '127.0.0.1:8787',
  '192.168.1.7',
  '[::1]:8787',
  'models.example.com',
  'Models.Example.com:443',
])('answers to %s', (host) => {
  expect(isOwnHost(host, ['models.example.com'])).toBe(true);
});

it.each([
  '',
  'evil.example',
  'evil.example:8787',
  'localhost.evil.example',
  'notlocalhost',
  '127.0.0.1.evil.example',
  'models.example.com.evil.example',
  'evil.example@localhost',
  'localhost, evil.example',
  '[evil.example]',
  '[::1].evil.example',
])('does not answer to "%s"', (host) => {
  expect(isOwnHost(host, ['models.example.com'])).toBe(false);
});

it('answers to any name if it is told so', () => {
  expect(isOwnHost('anything.example', ['*'])).toBe(true);
});

it('takes the names of the origins that may call', () => {
  const origins = [
    'http://localhost:5173',
    'https://app.example',
    'capacitor://localhost',
    'no origin',
    '*',
  ];
  expect(hostsOf(origins)).toEqual(['localhost', 'app.example', 'localhost', '*']);
});

it.each([
  [{ host: '127.0.0.1:8787' }, true],
  [{ host: '127.0.0.1:8787', origin: 'http://127.0.0.1:8787' }, true],
  [{ host: 'Models.example', origin: 'https://models.example' }, true],
  [
    { host: '127.0.0.1:8787', origin: 'https://models.example', 'sec-fetch-site': 'same-origin' },
    true,
  ],
  [{ host: '127.0.0.1:8787', origin: 'http://127.0.0.1:3000' }, false],
  [{ host: '127.0.0.1:8787', origin: 'http://localhost:8787' }, false],
  [
    { host: '127.0.0.1:8787', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    false,
  ],
  [{ host: '127.0.0.1:8787', origin: 'null' }, false],
])('of %j: is of one of its own pages: %s', (headers, isOwn) => {
  expect(isOwnPage(headers)).toBe(isOwn);
});
