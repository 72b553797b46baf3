import { type LookupAddress, lookup as lookUp } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address is in a private network. */
export class PrivateTargetError extends Error {}

/** What IANA gives out for the public network. Everything else in IPv6 has a special use. */
const PUBLIC_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** Whether an IP address is in the public network, and in no range with a special use. */
export function isPublicAddress(address: string): boolean {
  // An address may end with a network interface: fe80::1%eth0.
  const parsed = ipaddr.parse(address.replace(/%.*$/, ''));
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(PUBLIC_IPV6);
}

/** @throws PrivateTargetError if the host of an address is an IP address that is not public. */
export function requirePublicHost({ hostname }: URL): void {
  // A name is checked when it is resolved.
  if (isIpAddress(hostname) && !isPublicAddress(withoutBrackets(hostname))) throw new PrivateTargetError();
}

/** Whether the host of an address is an IP address and no name. */
export const isIpAddress = (hostname: string): boolean => isIP(withoutBrackets(hostname)) !== 0;

const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Makes a resolver for `net.connect` that fails if one of the addresses of a name is not public. The
 * connection is made to an address that it returns, so a name cannot be checked with one and connected to
 * with another.
 */
export const publicLookup =
  (lookup: LookupFunction = lookUp): LookupFunction =>
  (name, options, done) =>
    lookup(name, options, (error, found, family) => {
      if (error !== null) return done(error, found, family);
      const addresses: readonly Pick<LookupAddress, 'address'>[] =
        typeof found === 'string' ? [{ address: found }] : found;
      if (!addresses.every(({ address }) => isPublicAddress(address)))
        return done(new PrivateTargetError(), '');
      done(null, found, family);
    });
