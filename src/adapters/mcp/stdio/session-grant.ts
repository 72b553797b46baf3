/** The calls that a "yes for this session" allows. */
export interface SessionGrant {
  /** Two calls with the same key are covered by the same grant. */
  readonly grantKey: string;
  /** The tool's or the command's name, as the person sees it. */
  readonly name: string;
}

/** Input fields whose text a shell or an interpreter runs. */
const COMMAND_FIELDS = [
  'command',
  'cmd',
  'commands',
  'command_line',
  'commandLine',
  'script',
  'code',
] as const;

/** Names of tools that run commands. */
const SHELL_TOOL = /bash|shell|terminal|exec|command|powershell|\bcmd\b|\brun\b/i;

/** Input fields that differ from call to call without changing what is done. */
const IGNORED_FIELDS: ReadonlySet<string> = new Set(['description', 'timeout', 'explanation']);

/** A command's name or path without any special character. */
const COMMAND_NAME = /^[\w.+/-]{1,64}$/;
const TOOL_NAME = /^[\w.:/-]{1,128}$/;

/**
 * Characters that start another command, pipe or redirect output, or are replaced before the command runs,
 * and control and invisible characters. A character inside quotes counts too, because parsing quotes is easy
 * to get wrong.
 */
const SPECIAL_CHARACTERS = /[;&|<>(){}$`\\!\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * Commands that run other commands, so their name does not show what they do. The list has the names without
 * version numbers.
 */
const LAUNCHERS: ReadonlySet<string> = new Set(
  (
    'sudo doas su pkexec runuser gosu runas env command builtin exec eval source . trap coproc noglob nocorrect ' +
    'if then else elif while until do time timeout nice ionice nohup setsid stdbuf chrt taskset flock unshare ' +
    'nsenter chroot systemd-run strace ltrace script expect screen tmux at batch xargs parallel watch entr ssh ' +
    'sh ash bash rbash zsh dash ksh mksh fish csh tcsh nu pwsh powershell cmd start busybox toybox node tsx ' +
    'ts-node deno bun python pypy ruby perl php lua tclsh rscript awk gawk mawk nawk npx bunx pnpx uvx pipx ' +
    'docker podman kubectl find osascript wsl cscript wscript'
  ).split(' '),
);

/**
 * Returns the grant for a "yes for this session" to this call: it covers the tool, or for a shell tool the
 * command that the tool runs. Returns null if a yes may count only for this call. For example, a grant for
 * `ls` must not cover `ls; rm`.
 */
export function sessionGrantFor(tool: string, input: object): SessionGrant | null {
  if (!TOOL_NAME.test(tool)) return null;
  const fields = Object.entries(input);
  const commands = fields.filter(([name]) => (COMMAND_FIELDS as readonly string[]).includes(name));
  if (commands.length === 0)
    return SHELL_TOOL.test(tool) ? null : { grantKey: JSON.stringify([tool]), name: tool };
  const [[field, text] = ['', null]] = commands;
  if (commands.length > 1 || typeof text !== 'string') return null;
  const command = commandNameIn(text);
  if (command === null) return null;
  // All other fields must be the same, because the same command does something else outside a sandbox or in
  // another folder.
  const otherFields = fields.filter(([name]) => name !== field && !IGNORED_FIELDS.has(name)).sort(byName);
  return { grantKey: JSON.stringify([tool, command, otherFields]), name: command };
}

/** Returns the name of the only command in a line; null if the line may run another command. */
function commandNameIn(line: string): string | null {
  const text = line.replace(/^[ \t\n]+|[ \t\n]+$/g, '');
  if (SPECIAL_CHARACTERS.test(text)) return null;
  const [name = ''] = text.split(/ +/, 1);
  if (!COMMAND_NAME.test(name)) return null;
  return isLauncher(name.slice(name.lastIndexOf('/') + 1)) ? null : name;
}

/**
 * Returns whether a command is a launcher, also with a version (`python3.12`), in capitals (`CMD`) or with a
 * suffix (`bash.exe`).
 */
function isLauncher(name: string): boolean {
  const lowerCase = name.toLowerCase().replace(/\.exe$/, '');
  return LAUNCHERS.has(lowerCase) || LAUNCHERS.has(lowerCase.replace(/-?\d[\d.]*$/, ''));
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);
