import { readFileSync } from 'node:fs';

const { name, version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { name: string; version: string };

/** Who this is, as its package says. The file is as far from here in the package as in the source. */
export const packageInfo = { name, version };
