import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { hookCommand, type Wanted } from '../../../src/adapters/agent-config/agents/agent-config.ts';
import {
  changeToAdd,
  changeToRemove,
  type FileRecord,
} from '../../../src/adapters/agent-config/files/file-change.ts';
import { jsonSettings } from '../../../src/adapters/agent-config/files/json-settings.ts';
import { tomlSettings } from '../../../src/adapters/agent-config/files/toml-settings.ts';
import { writeChange } from '../../../src/adapters/agent-config/files/write-change.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const OURS = { ours: true };
const json = jsonSettings({
  path: 'settings.json',
  additions: [
    { path: ['servers', 'ours'], value: OURS },
    { path: ['hooks', 'Stop', null], value: OURS },
  ],
  containers: [['servers'], ['hooks', 'Stop']],
  isOurs: (value) => JSON.stringify(value) === JSON.stringify(OURS),
});

const recordOf = (before: string | null): FileRecord => ({
  ...changeToAdd(json, before, null).record!,
  folders: [],
});

describe('a JSON file', () => {
  const other = fc.jsonValue({ maxDepth: 3 });
  const file = fc.record(
    {
      servers: fc.dictionary(fc.constantFrom('a', 'b'), other),
      hooks: fc.record({ Stop: fc.array(other), Start: other }, { requiredKeys: [] }),
      rest: other,
    },
    { requiredKeys: [] },
  );

  test('is as it was after connecting and disconnecting, however it is written', () => {
    fc.assert(
      fc.property(file, fc.constantFrom(undefined, 1, 2, 4, '\t'), (content, indent) => {
        const before = JSON.stringify(content, null, indent);
        const { after } = changeToAdd(json, before, null);
        expect(json.contains(after!)).toBe(true);
        expect(changeToRemove(json, after, recordOf(before)).after).toBe(before);
      }),
    );
  });

  test('has the same content after disconnecting, also if it was written anew meanwhile', () => {
    fc.assert(
      fc.property(file, fc.constantFrom(undefined, 2), (content, indent) => {
        const before = JSON.stringify(content, null, 2);
        const { after } = changeToAdd(json, before, null);
        const anew = JSON.stringify({ ...parse(after!), later: 1 }, null, indent);
        const { after: left } = changeToRemove(json, anew, recordOf(before));
        expect(JSON.parse(left!)).toEqual({ ...JSON.parse(before), later: 1 });
      }),
    );
  });

  test.each([
    ['[]', 'settings.json:1: it is not a JSON object'],
    ['{\n "hooks": 1}', 'settings.json:2: "hooks" is not an object'],
    ['{"hooks": {\n\n"Stop": {}}}', 'settings.json:3: "hooks.Stop" is not a list'],
  ])('without a place for what is ours is refused (%s)', (text, message) => {
    expect(() => json.add(text)).toThrow(message);
  });

  test('keeps hooks that were written by hand until connecting, and gets them back', () => {
    const before = '{"hooks": {"Stop": [{"ours": true}, 1]}}';
    const { after } = changeToAdd(json, before, null);
    expect(JSON.parse(after!)).toEqual({ hooks: { Stop: [1, OURS] }, servers: { ours: OURS } });
    expect(changeToRemove(json, after, recordOf(before)).after).toBe(before);
  });
});

describe('a TOML file', () => {
  const toml = tomlSettings('config.toml', [{ keys: ['servers', 'ours'], values: { command: 'x' } }]);

  test('with the table in another form is refused', () => {
    expect(() => toml.add('a = 1\n[servers]\nours = { command = "y" }\n')).toThrow(
      'config.toml:3: it has servers.ours already',
    );
  });

  test('loses a table of that name that a person has written, and gets it back', () => {
    const before = '[servers.ours]\ncommand = "mine"\n[rest]\n';
    const { after, record } = changeToAdd(toml, before, null);
    expect(after).not.toContain('mine');
    expect(changeToRemove(toml, after, { ...record!, folders: [] }).after).toBe(before);
  });
});

describe('a file that is written', () => {
  test('keeps its mode, and a link stays a link', async () => {
    await using folder = await temporaryFolder();
    const [real, link] = [join(folder.path, 'real'), join(folder.path, 'link')];
    await writeFile(real, 'a');
    await chmod(real, 0o640);
    await symlink(real, link);
    await writeChange({ path: link, before: 'a', after: 'b', record: null });
    expect(await readFile(real, 'utf8')).toBe('b');
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readdir(folder.path)).toHaveLength(2);
  });

  test('is readable only for its user if it is new, and so are its folders', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a/b/c');
    const change = { path, before: null, after: 'x', record: null };
    expect(await writeChange(change)).toEqual([join(folder.path, 'a'), join(folder.path, 'a/b')]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, 'a'))).mode & 0o777).toBe(0o700);
  });

  test('is not written if another program has changed it meanwhile', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'settings');
    await writeFile(path, 'theirs');
    await expect(writeChange({ path, before: 'a', after: 'b', record: null })).rejects.toThrow('was changed');
    expect(await readFile(path, 'utf8')).toBe('theirs');
  });
});

test('a hook command is safe for a shell, and succeeds whatever happens', () => {
  const wanted = {
    program: ['/o p/node', "/it's/bin.js"],
    connectionFile: '/c.json',
    steps: null,
  } as unknown as Wanted;
  expect(hookCommand('codex', wanted, 9)).toBe(
    `'/o p/node' '/it'\\''s/bin.js' hook codex --connection /c.json --timeout 9 || true`,
  );
});
