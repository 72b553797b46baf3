/*
 * Makes the dependencies that only some entries need optional, for the package that is published, and required
 * again in the repository. `npm pack` and `npm publish` call it with `make` before they read package.json, and
 * with `undo` afterwards (docs/adr/0015).
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** What the entry `.` needs. Everything else can be left out. */
const REQUIRED = ['uuid', 'valibot'];

const FILE = new URL('../package.json', import.meta.url);
const manifest = JSON.parse(readFileSync(FILE, 'utf8'));
const all = Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies }).sort(([a], [b]) =>
  a < b ? -1 : 1,
);
const isRequired = ([name]) => REQUIRED.includes(name);

const lists = {
  make: {
    dependencies: Object.fromEntries(all.filter(isRequired)),
    optionalDependencies: Object.fromEntries(all.filter((entry) => !isRequired(entry))),
  },
  undo: { dependencies: Object.fromEntries(all) },
};
const chosen = lists[process.argv[2]];
if (chosen === undefined) throw new Error('Call it with make or undo');

const changed = Object.entries(manifest).flatMap(([name, value]) => {
  if (name === 'optionalDependencies') return [];
  return name === 'dependencies' ? Object.entries(chosen) : [[name, value]];
});
writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(changed), null, 2)}\n`);
