import { describe, expect, test } from 'vitest';
import { sessionGrantFor } from '../../../src/application/permission/session-grant.ts';

const keyOf = (tool: string, input: object): string | undefined => sessionGrantFor(tool, input)?.grantKey;
const bash = (command: unknown, more: object = {}) => sessionGrantFor('Bash', { command, ...more });

describe('a yes for the session to a tool', () => {
  test('covers every input of that tool, and no other tool', () => {
    expect(sessionGrantFor('Write', { file_path: '/a' })?.name).toBe('Write');
    expect(keyOf('Write', { file_path: '/a' })).toBe(keyOf('Write', { file_path: '/b' }));
    expect(keyOf('Write', {})).not.toBe(keyOf('Edit', {}));
    expect(sessionGrantFor('mcp__files__read', {})?.name).toBe('mcp__files__read');
  });

  test.each([
    'execute_sql',
    'shell',
    'unified_exec',
    'mcp__repl__eval',
    'browser_evaluate',
    'interact_with_process',
    'mcp__ci__run_job',
    'ssh',
  ])('is not possible for a tool that runs what it is given: %s', (tool) => {
    expect(sessionGrantFor(tool, { text: 'x' })).toBeNull();
  });

  test.each([
    { args: { command: 'rm -rf ~' } },
    { steps: [{ name: 'x' }, { cmd: ['rm'] }] },
    { shellScript: 'rm -rf ~' },
    { bash_command: 'rm' },
    { python_code: 'x' },
    { expression: '1' },
    { deep: [[[{ a: { SCRIPT: 'x' } }]]] },
  ])('is not possible for a call with something to run under another name or deeper: %j', (input) => {
    expect(sessionGrantFor('helper', input)).toBeNull();
  });

  test.each([{ description: 'x' }, { transcript: 'x' }, { commander: 'x' }, { text: 'command' }])(
    'is possible if a name or a text only contains such a word: %j',
    (input) => expect(sessionGrantFor('helper', input)?.name).toBe('helper'),
  );

  test.each(['', 'Wri te', 'Write\n1. No', 'a'.repeat(129)])(
    'is not possible for the odd name %j',
    (tool) => {
      expect(sessionGrantFor(tool, {})).toBeNull();
    },
  );
});

describe('a yes for the session to a shell', () => {
  test.each([
    ['ls', ['ls -la', ' ls  src/lib\n', 'ls "a b"', "ls 'x'", 'ls -- x', 'ls --color=never', 'ls ../x -1']],
    ['cat', ['cat package.json', 'cat -n a.txt', 'cat -']],
    ['head', ['head -n 5 a.txt', 'head -5 a.txt', 'head --lines=5 a.txt', 'head -n5 a.txt']],
    ['grep', ['grep -rn "a b" src', "grep -rl 'x' --include=a.ts .", 'grep -e x -A3 a']],
    ['rg', ['rg foo src', 'rg -n -t ts foo', 'rg --hidden foo']],
    ['git status', ['git status --short', 'git status -sb', 'git  status']],
    [
      'git log',
      ['git log --oneline -20', 'git log main..HEAD', 'git log --since="2 weeks ago" -p', 'git log HEAD~3'],
    ],
    ['git diff', ['git diff --stat', 'git diff --cached -- src/a.ts', 'git diff HEAD~1 -U5']],
    ['git show', ['git show HEAD:a.txt', 'git show --name-only abc123']],
  ])('covers %s with harmless options only', (name, commands) => {
    for (const command of commands) {
      expect(bash(command), command).toEqual(bash(name));
      expect(bash(command)?.name, command).toBe(name);
    }
  });

  test('for one subcommand does not cover another', () => {
    expect(bash('git log')?.grantKey).not.toBe(bash('git diff')?.grantKey);
  });

  test.each([
    'nodejs -e 1',
    'node x.js',
    'python3 x.py',
    'fakeroot ls',
    'setpriv ls',
    'sudo ls',
    'env ls',
    'env A=1 ls',
    'busybox ls',
    'toybox ls',
    'command ls',
    'exec ls',
    'eval ls',
    'time ls',
    'nice ls',
    'xargs ls',
    'bash -c ls',
    'npm exec ls',
    'npm test',
    'npm run build',
    'npm install',
    'npx ls',
    'npx.cmd ls',
    'npx.ps1 ls',
    'pnpm dlx ls',
    'yarn test',
    'bun x.ts',
    'uv run ls',
    'uvx ls',
    'pip install x',
    'cargo test',
    'go run .',
    'make',
    'make test',
    'just test',
    'tar --to-command=x -xf a.tar',
    'tar -xf a.tar -I x',
    'zip -TT x a.zip b',
    'find . -exec ls',
    'find . -delete',
    'fd -x ls',
    'sed e',
    'sed -n 1e a',
    'awk x',
    'vim -c x',
    'less a',
    'man ls',
    'ssh host',
    'rsync -e x a b',
    'scp -S x a b',
    'docker run x',
    'kubectl exec x',
    'systemctl start x',
    'crontab a',
    'sort --compress-program=x a',
    'sort -o a b',
    'tee a',
    'dd of=a',
    'cp a b',
    'mv a b',
    'rm a',
    'ln -s a b',
    'chmod +x a',
    'touch a',
    'curl -o a http://x',
    'wget x',
    'cd x',
    'source a',
    '. a',
    'alias ls=rm',
    'export PATH=x',
    'if ls',
    'echo x',
    'printf x',
    'git',
    'git commit',
    'git push',
    'git pull',
    'git fetch',
    'git checkout x',
    'git branch x',
    'git config a b',
    'git grep -O x',
    'git bisect run x',
    'git rebase -x x',
    'git submodule foreach x',
    'git difftool',
    'git help log',
    'gitk',
    'g++ a.cc',
  ])('is not possible for a command that may run another, write, or run what a file says: %s', (command) => {
    expect(bash(command)).toBeNull();
  });

  test.each([
    'git -c core.pager=x log',
    'git -p log',
    'git -C x log',
    'git --git-dir=x log',
    'git --exec-path=x log',
    'git --paginate log',
    'git diff --ext-diff',
    'git diff --ext',
    'git diff --textconv',
    'git diff --output=x',
    'git diff --output x',
    'git diff --outp=x',
    'git log --output=x',
    'git show --output=x',
    'git diff -O x',
    'git diff -Ox',
    'git diff --no-index a b',
    'git log --show-signature',
    'git log "--output=x"',
    "git log '--output=x'",
    'git log -p --output=x',
    'git log -- --output=x',
    "git log 'a --output=x'",
    'git log -"-output"=x',
    'git log --author="a" --output="x"',
    'rg --pre x y',
    'rg --pre=x y',
    'rg --hostname-bin x y',
    'rg -z x',
    'rg -nz x',
    'rg --search-zip x',
    'grep --filter=x y',
    'grep -f a b',
    'grep ---x',
    'cat --pager=x a',
    'cat --config-file=x a',
    'tail -f a',
    'tail --pid=1 -f a',
    'ls --hyperlink',
    'ls -x:y',
  ])('is not possible with an option that is not known as harmless: %s', (command) => {
    expect(bash(command)).toBeNull();
  });

  test.each([
    'LS',
    'Ls',
    'ls.exe',
    'ls.cmd',
    'git.exe log',
    'git Log',
    'GIT log',
    './ls',
    '/bin/ls',
    '/tmp/ls',
    '../ls',
    '~/ls',
    '"ls" -la',
    "'ls'",
    'git "log"',
    'l"s"',
    '\\ls',
    '$SHELL -c ls',
    '=ls',
    'LD_PRELOAD=/tmp/evil.so ls',
    'A=1 git log',
    'lѕ',
    'ｌｓ',
    'ls\u200b',
    '\ufeffls',
    'ls\u00a0-la',
    '',
    ' ',
  ])('is not possible for a name that only looks like an allowed one: %j', (command) => {
    expect(bash(command)).toBeNull();
  });

  test.each([
    ['two commands', 'ls; rm -rf ~'],
    ['and', 'ls && rm -rf ~'],
    ['or', 'ls || rm -rf ~'],
    ['after a change of folder', 'cd x && ls'],
    ['in the background', 'ls & rm -rf ~'],
    ['a pipe', 'ls | sh'],
    ['two lines', 'ls\nrm -rf ~'],
    ['two lines of an old Mac', 'ls\rrm -rf ~'],
    ['two lines of Windows', 'ls\r\nrm -rf ~'],
    ['a line separator', 'ls\u2028rm -rf ~'],
    ['a line that goes on', 'ls \\\nrm'],
    ['a substitution', 'ls $(rm -rf ~)'],
    ['backticks', 'ls `rm -rf ~`'],
    ['a parameter that runs something', `ls $${'{x@P}'}`],
    ['a variable', 'ls $HOME'],
    ['a variable of cmd', 'ls %HOME%'],
    ['a variable in quotes', 'ls "$HOME"'],
    ['a substitution in quotes', 'ls "$(rm -rf ~)"'],
    ['a file name that may become an option', 'git diff *'],
    ['one character that may become a dash', 'git diff ?-output'],
    ['a set of characters', 'ls [ab]'],
    ['a list in braces', 'ls {a,b}'],
    ['a list of PowerShell', 'git diff x,--output=y'],
    ['the home folder', 'ls ~'],
    ['a path of zsh', 'ls =ls'],
    ['arguments of PowerShell', 'ls @args'],
    ['the escape of cmd', 'git log ^--output=x'],
    ['a comment', 'ls # x'],
    ['a file that is written', 'ls > ~/.bashrc'],
    ['a file that is added to', 'ls >> ~/.bashrc'],
    ['a file that is read', 'ls < /dev/tcp/evil/80'],
    ['a process substitution', 'ls <(rm -rf ~)'],
    ['a subshell', '(ls)'],
    ['a group', '{ ls; }'],
    ['history', 'ls !rm'],
    ['something invisible', 'ls \u202e rm'],
    ['something of no width', 'ls a\u200bb'],
    ['a full-width letter', 'ls ａ'],
    ['a full-width dash', 'git log －－output=x'],
    ['a dash that PowerShell takes for one', 'git log \u2013output x'],
    ['quotes that PowerShell takes for such', 'ls \u201ca\u201d'],
    ['NUL', 'ls\0rm'],
    ['an open quote', 'ls "a'],
    ['a quote inside a word', 'ls a"b"c'],
    ['a quote at the end of a word', 'ls a"b"'],
    ['quotes beside each other', 'ls "a""b"'],
    ['empty quotes', 'ls ""'],
    ['a tab', 'ls\trm'],
    ['a form feed', 'ls\fx'],
  ])('is not possible for %s', (_name, command) => {
    expect(bash(command)).toBeNull();
  });

  test.each([
    ['a list', ['bash', '-c', 'ls']],
    ['a number', 1],
    ['nothing', null],
    ['missing', undefined],
  ])('is not possible if the command is %s', (_name, command) => expect(bash(command)).toBeNull());

  test('covers only calls with the same other fields, except for remarks', () => {
    expect(bash('ls', { description: 'look', timeout: 5 })).toEqual(bash('ls -a', { description: 'again' }));
    expect(bash('ls', { dangerouslyDisableSandbox: true })?.grantKey).not.toBe(bash('ls')?.grantKey);
    expect(bash('ls', { a: 1, b: 2 })).toEqual(bash('ls', { b: 2, a: 1 }));
  });

  test('does not cover another tool with the same command', () => {
    expect(keyOf('Bash', { command: 'ls' })).not.toBe(keyOf('Terminal', { command: 'ls' }));
  });

  test.each(['Bash', 'shell', 'run', 'exec_command', 'PowerShell', 'terminal'])(
    'is not possible for a shell whose command is in an unknown field: %s',
    (tool) => expect(sessionGrantFor(tool, { text: 'ls; rm' })).toBeNull(),
  );

  test('is needed for every tool that takes a command, whatever its name', () => {
    expect(sessionGrantFor('helper', { command: 'ls; rm' })).toBeNull();
    expect(sessionGrantFor('helper', { cmd: 'git status' })?.name).toBe('git status');
    expect(sessionGrantFor('helper', { command: 'ls', cmd: 'rm' })).toBeNull();
    expect(sessionGrantFor('helper', { command: 'ls', script: 'rm' })).toBeNull();
    // It may be the name of a script of package.json.
    expect(sessionGrantFor('helper', { script: 'ls' })).toBeNull();
  });

  test.each([
    ['tabs', `ls${'\t'.repeat(1_000_000)}x`],
    ['spaces', `ls${' '.repeat(1_000_000)};`],
    ['spaces before a quote', `ls${' '.repeat(1_000_000)}"`],
    ['words', `ls${' x'.repeat(500_000)};`],
    ['letters', `ls ${'-'.repeat(1_000_000)}"`],
    ['quotes', `ls ${'"x" '.repeat(300_000)}"`],
  ])('is decided by reading a million %s once', (_what, command) => {
    expect(bash(command)).toBeNull();
  });
});
