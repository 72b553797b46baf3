import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError, type TomlTable } from 'smol-toml';
import { SettingsError, type SettingsFile } from './settings-file.ts';

/** A table that is added to a TOML file, such as `[mcp_servers.agent-dashboard]`. */
export interface TomlAddition {
  readonly keys: readonly string[];
  readonly values: { readonly [name: string]: string | number | boolean | readonly string[] };
}

const COMMENT = '# Added by agent-dashboard connect; agent-dashboard disconnect takes it back.';

/**
 * A TOML file, to whose end tables are added. Other programs write such files, too, and put their tables
 * anywhere. So ours are found by their names, and not by a mark at their end.
 */
export const tomlSettings = (path: string, additions: readonly TomlAddition[]): SettingsFile => ({
  path,
  add(text) {
    const before = text ?? '';
    const parsed = parseToml(path, before);
    const eol = before.includes('\r\n') ? '\r\n' : '\n';
    for (const { keys } of additions) requireRoom(path, before, parsed, keys);
    const isComplete = before === '' || before.endsWith('\n');
    const gap = before.trim() === '' ? '' : eol;
    const tables = additions.map((addition) => tableText(addition).join(eol) + eol);
    const after = `${before}${isComplete ? '' : eol}${gap}${COMMENT}${eol}${tables.join(eol)}`;
    parseToml(path, after);
    return after;
  },
  contains(text) {
    const parsed = parseToml(path, text);
    return additions.every(({ keys, values }) =>
      isDeepStrictEqual({ ...tableAt(parsed, keys) }, { ...values }),
    );
  },
  places: () => [],
  remove(text) {
    parseToml(path, text);
    const headers = new Set(additions.map(({ keys }) => headerOf(keys)));
    const kept = withoutTables(text, headers);
    parseToml(path, kept);
    return kept.trim() === '' && text.trim() !== '' ? null : kept;
  },
});

/** @throws SettingsError if the text is not TOML. */
export function parseToml(path: string, text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.split('\n');
    throw new SettingsError(
      path,
      error.line,
      `it is not valid TOML (${reason.replace(/^Invalid TOML document: /, '')})`,
    );
  }
}

/** @throws SettingsError if the table is there already, in another form. */
function requireRoom(path: string, text: string, parsed: TomlTable, keys: readonly string[]): void {
  if (tableAt(parsed, keys) === undefined) return;
  const line = text.split('\n').findIndex((each) => each.includes(keys.at(-1)!)) + 1;
  throw new SettingsError(path, Math.max(line, 1), `it has ${keys.join('.')} already. Remove that first`);
}

function tableAt(parsed: TomlTable, keys: readonly string[]): TomlTable | undefined {
  let table: unknown = parsed;
  for (const key of keys) {
    if (typeof table !== 'object' || table === null || !Object.hasOwn(table, key)) return undefined;
    table = (table as TomlTable)[key];
  }
  return table as TomlTable;
}

function withoutTables(text: string, headers: ReadonlySet<string>): string {
  const lines = text.split(/(?<=\n)/);
  const kept: string[] = [];
  let keptAtLastCut = -1;
  for (let index = 0; index < lines.length; ) {
    const line = lines[index]!;
    if (!headers.has(line.trim()) && line.trim() !== COMMENT) {
      kept.push(line);
      index += 1;
      continue;
    }
    // The blank line in front of it was added with it.
    if (kept.at(-1)?.trim() === '' && kept.length !== keptAtLastCut) kept.pop();
    keptAtLastCut = kept.length;
    index += 1;
    while (index < lines.length && /^\s*[\w"'-][^#]*=/.test(lines[index]!)) index += 1;
  }
  return kept.join('');
}

const headerOf = (keys: readonly string[]): string =>
  `[${keys.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key))).join('.')}]`;

const tableText = ({ keys, values }: TomlAddition): readonly string[] => [
  headerOf(keys),
  // A text of JSON is also a text of TOML, and a list, too.
  ...Object.entries(values).map(
    ([name, value]) => `${name} = ${JSON.stringify(value).replaceAll('","', '", "')}`,
  ),
];
