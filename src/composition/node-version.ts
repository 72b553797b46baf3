import { readFileSync } from 'node:fs';

/** The range of supported versions, for example `>=22.18`. */
const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  engines: { node: string };
};

/**
 * Compares a version of Node with the oldest that the package supports. Call it before any other module is
 * loaded: an old Node would fail at the first module that it does not have, with an unclear message.
 * @returns the message for the user; null when the version is new enough.
 */
export function nodeTooOldMessage(version: string = process.versions.node): string | null {
  const oldest = engines.node.replace('>=', '');
  return isOlder(version, oldest)
    ? `agent-dashboard needs Node.js ${oldest} or newer; this is ${version}`
    : null;
}

function isOlder(version: string, other: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, part] of other.split('.').entries()) {
    const difference = (parts[index] ?? 0) - Number(part);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
