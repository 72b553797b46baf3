/** What a "yes for this session" would cover. */
export interface PermissionScope {
  /** The same for calls that it covers, and for no others. */
  readonly key: string;
  /** For the person: a tool's name, or a command's. */
  readonly name: string;
}

/** Fields in which tools take what a shell or an interpreter runs. */
const COMMAND_FIELDS = [
  'command',
  'cmd',
  'commands',
  'command_line',
  'commandLine',
  'script',
  'code',
] as const;

const SHELL = /bash|shell|terminal|exec|command|powershell|\bcmd\b|\brun\b/i;

/** They change from call to call, and nothing of what is done. */
const REMARKS: ReadonlySet<string> = new Set(['description', 'timeout', 'explanation']);

/** Plain names and paths: what stands for itself. */
const NAME = /^[\w.+/-]{1,64}$/;
const TOOL_NAME = /^[\w.:/-]{1,128}$/;

/**
 * What ends one command and begins another, puts the output of one into another, sends it to a file, or is
 * replaced by something else before the command runs. Inside quotes, too: who counts quotes can be wrong.
 */
const NOT_PLAIN = /[;&|<>(){}$`\\!\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Their own name says nothing of what they run. Without the numbers of their versions. */
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
 * What a call of a tool has in common with others, so that one yes may stand for all of them: the tool, or for
 * a shell the one command that it runs. Null where it stands for itself only: whoever allowed `ls` has not
 * allowed `ls; rm`.
 */
export function permissionScope(tool: string, input: object): PermissionScope | null {
  if (!TOOL_NAME.test(tool)) return null;
  const fields = Object.entries(input);
  const commands = fields.filter(([name]) => (COMMAND_FIELDS as readonly string[]).includes(name));
  if (commands.length === 0) return SHELL.test(tool) ? null : { key: JSON.stringify([tool]), name: tool };
  const [[field, text] = ['', null]] = commands;
  if (commands.length > 1 || typeof text !== 'string') return null;
  const command = commandIn(text);
  if (command === null) return null;
  // Outside of a sandbox or elsewhere, the same command is another matter.
  const rest = fields.filter(([name]) => name !== field && !REMARKS.has(name)).sort(byName);
  return { key: JSON.stringify([tool, command, rest]), name: command };
}

/** The name of the one plain command in a line; null where there may be another. */
function commandIn(line: string): string | null {
  const text = line.replace(/^[ \t\n]+|[ \t\n]+$/g, '');
  if (NOT_PLAIN.test(text)) return null;
  const [name = ''] = text.split(/ +/, 1);
  if (!NAME.test(name)) return null;
  return isLauncher(name.slice(name.lastIndexOf('/') + 1)) ? null : name;
}

/** Also as `python3.12` and, where names are the same in either case, as `CMD` and `bash.exe`. */
function isLauncher(name: string): boolean {
  const lowerCase = name.toLowerCase().replace(/\.exe$/, '');
  return LAUNCHERS.has(lowerCase) || LAUNCHERS.has(lowerCase.replace(/-?\d[\d.]*$/, ''));
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);
