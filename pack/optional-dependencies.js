/*
 * In the published package, the dependencies that only some entries need are optional. In the repository, all
 * dependencies are required. docs/adr/0015 says why. `npm pack` and `npm publish` call this script with
 * `make` before they read package.json, and with `undo` afterwards.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** The packages that the entry `.` needs. All others become optional. */
const REQUIRED = ['uuid', 'valibot'];

const MANIFEST_URL = new URL('../package.json', import.meta.url);
const manifest = JSON.parse(readFileSync(MANIFEST_URL, 'utf8'));
const allDependencies = Object.entries({
  ...manifest.dependencies,
  ...manifest.optionalDependencies,
}).sort(([a], [b]) => (a < b ? -1 : 1));
const isRequired = ([name]) => REQUIRED.includes(name);

const listsByArgument = {
  make: {
    dependencies: Object.fromEntries(allDependencies.filter(isRequired)),
    optionalDependencies: Object.fromEntries(allDependencies.filter((entry) => !isRequired(entry))),
  },
  undo: { dependencies: Object.fromEntries(allDependencies) },
};
const newLists = listsByArgument[process.argv[2]];
if (newLists === undefined) throw new Error('Call it with make or undo');

const newManifest = Object.entries(manifest).flatMap(([name, value]) => {
  if (name === 'optionalDependencies') return [];
  return name === 'dependencies' ? Object.entries(newLists) : [[name, value]];
});
writeFileSync(MANIFEST_URL, `${JSON.stringify(Object.fromEntries(newManifest), null, 2)}\n`);
