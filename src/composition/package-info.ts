import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * The name and version that the server tells its clients. The name is the product's, not that of the npm
 * package. The path to `package.json` is the same in the source and in the build.
 */
export const packageInfo = { name: 'agent-dashboard', version };
