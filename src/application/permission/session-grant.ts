import { commandIn } from './command-scope.ts';

/** The calls that a "yes for this session" allows. */
export interface SessionGrant {
  /** Two calls with the same key are covered by the same grant. */
  readonly grantKey: string;
  /** The tool's name, or the command with its subcommand, as the person sees it. */
  readonly name: string;
}

/** Input fields with a command line for a shell. */
const COMMAND_FIELDS: ReadonlySet<string> = new Set(['command', 'cmd', 'command_line', 'commandLine']);

/** Words in the names of fields whose text is run, by a shell or something else. */
const RUN_FIELD_WORDS: ReadonlySet<string> = new Set(
  'command commands cmd script scripts code shell bash eval expression javascript js python'.split(' '),
);

/** Names of tools that run what they are given. */
const RUN_TOOL =
  /bash|shell|terminal|exec|command|(?<![a-z])(?:eval|evaluate|sh|zsh|cmd|run|repl|ssh|spawn|process|script)(?![a-z])/i;

/** Input fields that differ from call to call without changing what is done. */
const IGNORED_FIELDS: ReadonlySet<string> = new Set(['description', 'timeout', 'explanation']);

const TOOL_NAME = /^[\w.:/-]{1,128}$/;

/**
 * Returns the grant for a "yes for this session" to this call: it covers the tool, or for a tool that runs
 * commands the command with its subcommand. Returns null if a yes may count only for this call. A later call
 * is covered only if it gets the same grant. So a grant for `ls` does not cover `ls; rm`, which gets none.
 */
export function sessionGrantFor(tool: string, input: object): SessionGrant | null {
  if (!TOOL_NAME.test(tool)) return null;
  const fields = Object.entries(input);
  const commands = fields.filter(([name]) => COMMAND_FIELDS.has(name));
  const otherFields = fields.filter(([name]) => !COMMAND_FIELDS.has(name));
  if (commands.length > 1 || hasRunField(otherFields)) return null;
  const [line] = commands.map(([, text]) => text);
  if (line === undefined) {
    const isTool = commands.length === 0 && !RUN_TOOL.test(tool);
    return isTool ? { grantKey: JSON.stringify([tool]), name: tool } : null;
  }
  const command = typeof line === 'string' ? commandIn(line) : null;
  if (command === null) return null;
  // All other fields must be the same, because the same command does something else outside a sandbox or in
  // another folder.
  const sameFields = otherFields.filter(([name]) => !IGNORED_FIELDS.has(name)).sort(byName);
  return { grantKey: JSON.stringify([tool, command, sameFields]), name: command };
}

/** Returns whether a field, at any depth, has a name like one whose text is run. */
function hasRunField(fields: readonly [name: string, value: unknown][]): boolean {
  const unread = [...fields];
  for (let field = unread.pop(); field !== undefined; field = unread.pop()) {
    const [name, value] = field;
    if (wordsOf(name).some((word) => RUN_FIELD_WORDS.has(word))) return true;
    if (typeof value === 'object' && value !== null)
      for (const inner of Object.entries(value)) unread.push(inner);
  }
  return false;
}

/** Returns the words of a name in any case style: `shell_script`, `shellScript`. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/);

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);
