import { readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { HttpErrorCode } from '../../../src/adapters/client/client.ts';
import { randomId } from '../../../src/adapters/client/http/random-id.ts';
import type { HttpErrorCode as ServersHttpErrorCode } from '../../../src/adapters/koa/http/http-error.ts';
import { isUuid } from '../../../src/domain/ids.ts';

const ENTRY = fileURLToPath(new URL('../../../src/adapters/client/client.ts', import.meta.url));

/** Returns the modules that an entry loads at run time, without imports of types. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.endsWith('.ts')) return seen;
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2024,
      verbatimModuleSyntax: true,
    },
  });
  for (const { fileName } of ts.preProcessFile(outputText, true, true).importedFiles) {
    loadedBy(fileName.startsWith('.') ? resolve(dirname(file), fileName) : fileName, seen);
  }
  return seen;
}

describe('the entry of the client', () => {
  test('loads only the client’s own modules and the rule for idempotency keys: no package, no Node module, no schema', () => {
    const folder = dirname(ENTRY) + sep;
    const rule = resolve(folder, '../../domain/idempotency.ts');
    const loaded = [...loadedBy(ENTRY)];
    expect(loaded.length).toBeGreaterThan(8);
    expect(loaded.filter((file) => !file.startsWith(folder))).toEqual([
      rule,
      resolve(dirname(rule), 'errors.ts'),
    ]);
  });

  test('knows every HTTP error code of the server', () => {
    expectTypeOf<HttpErrorCode>().toEqualTypeOf<ServersHttpErrorCode>();
  });
});

test('random ids are UUIDs and differ from each other', () => {
  const ids = Array.from({ length: 100 }, randomId);
  expect(ids.every(isUuid)).toBe(true);
  expect(new Set(ids).size).toBe(100);
});
