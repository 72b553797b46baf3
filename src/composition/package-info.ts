import { readFileSync } from 'node:fs';

const { name, version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { name: string; version: string };

/** The package's name and version. The path to `package.json` is the same in the source and in the build. */
export const packageInfo = { name, version };
