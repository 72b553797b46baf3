const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Returns a function that tells whether a Host header names this server: a loopback name, or one of
 * `otherHosts`, which have a port if only that port is meant. Any other name may be that of a page whose site
 * lets its name resolve to this machine (DNS rebinding).
 */
export function acceptHosts(otherHosts: readonly string[]): (host: string) => boolean {
  const accepted = new Set([...LOOPBACK_HOSTS, ...otherHosts].map((host) => host.toLowerCase()));
  return (host) => accepted.has(host.toLowerCase()) || accepted.has(hostNameOf(host.toLowerCase()));
}

/** Returns a host without its port, or an empty text if the host is not valid. */
const hostNameOf = (host: string): string => /^(\[[\da-f:.]+\]|[^:[\]]*)(?::\d{1,5})?$/.exec(host)?.[1] ?? '';
