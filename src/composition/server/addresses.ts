import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config/config.ts';
import { isLoopback } from '../config/loopback.ts';

/** The addresses on which a server accepts connections. */
export interface Addresses {
  /** The host names and addresses that it answers to, besides loopback and `PUBLIC_URL`. */
  readonly hosts: readonly string[];
  /** Whether other machines can connect. */
  readonly isPublic: boolean;
}

/**
 * Listens on the port for a moment, to learn what `HOST` means on this machine, and whether the port is free.
 * @returns the address on which the server will listen.
 * @throws Error of Node when the server could not listen there.
 */
export async function tryToListen(host: string, port: number): Promise<string> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  const { address } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address;
}

/**
 * Returns the addresses of a server that listens on `boundAddress`. Only a person who can change the settings
 * chooses them, so a page of another site cannot get the server to answer to its own name.
 * @param interfaces the network interfaces of this machine.
 */
export function addressesOf(
  host: string,
  boundAddress: string,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): Addresses {
  if (isLoopback(boundAddress)) return { hosts: [], isPublic: false };
  if (!isWildcard(boundAddress)) {
    return { hosts: [...new Set([host, boundAddress].map(bracketed))], isPublic: true };
  }
  const all = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    // A link-local address works only together with the name of an interface.
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .filter(({ family }) => family === 'IPv4' || boundAddress === '::');
  const ordered = all.toSorted((a, b) => a.family.localeCompare(b.family));
  return { hosts: [...new Set(ordered.map(({ address }) => bracketed(address)))], isPublic: true };
}

/**
 * Returns the URLs at which people can open the page: `PUBLIC_URL` alone, or else this machine first.
 */
export function pageUrls(
  { publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>,
  { boundAddress, port, hosts }: { boundAddress: string; port: number; hosts: readonly string[] },
): readonly [string, ...string[]] {
  if (publicUrl !== null) return [publicUrl];
  const urlOf = (name: string) => `http://${name}:${port}`;
  if (!isWildcard(boundAddress)) return [urlOf(bracketed(host))];
  return [urlOf(boundAddress === '::' ? '[::1]' : '127.0.0.1'), ...hosts.map(urlOf)];
}

/** Returns whether tokens cross a network that others can read: other machines can connect, without TLS. */
export const isReadableByOthers = ({ isPublic }: Addresses, publicUrl: string | null): boolean =>
  isPublic &&
  (publicUrl === null || (publicUrl.startsWith('http:') && !isLoopback(new URL(publicUrl).hostname)));

const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
