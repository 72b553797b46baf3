/*
 * Deletes the type declarations in `dist` that no entry of the package leads to. They are a twelfth of the
 * package, and nobody can import them. `npm pack` and `npm publish` call this script after the build.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const { exports: entries } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const used = new Set();
const waiting = Object.values(entries)
  .filter(({ types }) => types !== undefined)
  .map(({ types }) => join(ROOT, types));
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  if (used.has(file) || !existsSync(file)) continue;
  used.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/['"](\.{1,2}\/[^'"]+)\.[jt]s['"]/g))
    waiting.push(join(dirname(file), `${path}.d.ts`));
}

for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
  const file = join(DIST, name.replace(/\.map$/, ''));
  if (file.endsWith('.d.ts') && !used.has(file)) rmSync(join(DIST, name));
}
