import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** How a socket of IPv6 names an address of IPv4. */
const ipv4InIpv6 = /^::ffff:(?=\d+\.)/i;

/**
 * Where a request comes from. An address of IPv6 stands for its network of 64 bits, all of which a single machine
 * may have.
 */
export function addressOf({
  requestContext,
}: Pick<APIGatewayProxyEventV2, 'requestContext'>): string {
  const address = requestContext.http.sourceIp.replace(ipv4InIpv6, '');
  return address.includes(':') ? networkOf(address) : address;
}

/** @see RFC 4291, section 2.2: groups of four digits, of which one run of zeros is left out at "::" */
function networkOf(address: string): string {
  const [head = [], tail = []] = address
    .split('::', 2)
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
