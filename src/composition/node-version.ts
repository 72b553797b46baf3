import { readFileSync } from 'node:fs';

/** Such as `>=22.18`. */
const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  engines: { node: string };
};

/**
 * What there is to say where this Node is older than the package needs; null where it is not. Nothing else of
 * the program may be loaded before: an older Node fails at the first module that it lacks, in words of its
 * own.
 */
export function nodeTooOld(version: string = process.versions.node): string | null {
  const needed = engines.node.replace('>=', '');
  return isOlder(version, needed)
    ? `agent-dashboard needs Node.js ${needed} or newer; this is ${version}`
    : null;
}

function isOlder(version: string, needed: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [place, part] of needed.split('.').entries()) {
    const difference = (parts[place] ?? 0) - Number(part);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
