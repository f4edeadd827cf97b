import { expect, it } from 'vitest';
import { addressOf } from '../../../functions/selector/address.ts';
import { apiEvent } from './made-up-service.ts';

function from(sourceIp: string) {
  const event = apiEvent();
  event.requestContext.http.sourceIp = sourceIp;
  return event;
}

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1:aaaa:bbbb:cccc:dddd', '2001:db8:0:1'],
  ['2001:0db8:0000:0001::5', '2001:db8:0:1'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1'],
  ['2001:db8:0:1::', '2001:db8:0:1'],
  ['fe80::1', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
])('%s is of %s', (address, network) => {
  expect(addressOf(from(address))).toBe(network);
});
