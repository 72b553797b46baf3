import { describe, expect, test } from 'vitest';
import { sessionGrantFor } from '../../../../src/adapters/mcp/stdio/session-grant.ts';

const keyOf = (tool: string, input: object): string | undefined => sessionGrantFor(tool, input)?.grantKey;
const bash = (command: unknown, more: object = {}) => sessionGrantFor('Bash', { command, ...more });

describe('a yes for the session to a tool', () => {
  test('covers every input of that tool, and no other tool', () => {
    expect(sessionGrantFor('Write', { file_path: '/a' })?.name).toBe('Write');
    expect(keyOf('Write', { file_path: '/a' })).toBe(keyOf('Write', { file_path: '/b' }));
    expect(keyOf('Write', {})).not.toBe(keyOf('Edit', {}));
    expect(sessionGrantFor('mcp__files__read', {})?.name).toBe('mcp__files__read');
  });

  test.each(['', 'Wri te', 'Write\n1. No', 'a'.repeat(129)])(
    'is not possible for the odd name %j',
    (tool) => {
      expect(sessionGrantFor(tool, {})).toBeNull();
    },
  );
});

describe('a yes for the session to a shell', () => {
  test.each(['ls', 'ls -la', ' ls  src/*.ts\n', 'ls "a b"', "ls 'x'", 'ls ~'])(
    'for %j covers ls',
    (command) => {
      expect(bash(command)).toEqual(bash('ls'));
      expect(bash(command)?.name).toBe('ls');
    },
  );

  test.each([
    ['two commands', 'ls; rm -rf ~'],
    ['and', 'ls && rm -rf ~'],
    ['or', 'ls || rm -rf ~'],
    ['in the background', 'ls & rm -rf ~'],
    ['a pipe', 'ls | sh'],
    ['two lines', 'ls\nrm -rf ~'],
    ['two lines of an old Mac', 'ls\rrm -rf ~'],
    ['a line separator', 'ls\u2028rm -rf ~'],
    ['a line that goes on', 'ls \\\nrm'],
    ['a substitution', 'ls $(rm -rf ~)'],
    ['backticks', 'ls `rm -rf ~`'],
    ['a parameter that runs something', `ls $${'{x@P}'}`],
    ['a variable', 'ls $HOME'],
    ['a substitution in quotes', 'ls "$(rm -rf ~)"'],
    ['a file that is written', 'ls > ~/.bashrc'],
    ['a file that is added to', 'ls >> ~/.bashrc'],
    ['a file that is read', 'ls < /dev/tcp/evil/80'],
    ['a process substitution', 'ls <(rm -rf ~)'],
    ['a subshell', '(ls)'],
    ['a group', '{ ls; }'],
    ['history', 'ls !rm'],
    ['something invisible', 'ls \u202e rm'],
    ['NUL', 'ls\0rm'],
    ['a setting before the command', 'LD_PRELOAD=/tmp/evil.so ls'],
    ['a quoted command', '"ls" -la'],
    ['an escaped command', '\\ls'],
    ['a command that is a variable', '$SHELL -c ls'],
    ['a tab', 'ls\trm'],
    ['nothing', ' '],
    ['another alphabet', 'lѕ'],
  ])('is not possible for %s', (_name, command) => {
    expect(bash(command)).toBeNull();
  });

  test.each([
    'sudo ls',
    'env ls',
    'bash -c ls',
    '/bin/sh ls',
    'xargs ls',
    'find . -exec ls',
    'if ls',
    'coproc ls',
    'tmux new ls',
    'python3 x.py',
    '/usr/bin/python3.12 x.py',
    'lua5.4 x.lua',
    'php-8.3 x.php',
    'CMD /c dir',
    'bash.exe -c ls',
    'Python.exe x.py',
  ])('is not possible for a command that runs others: %s', (command) => expect(bash(command)).toBeNull());

  test.each(['git status', '7z l', 'm4', 'g++-12 a.cc'])(
    'is possible for a command with a number in its text: %s',
    (command) => {
      expect(bash(command)?.name).toBe(command.split(' ')[0]);
    },
  );

  test.each([
    ['a list', ['bash', '-c', 'ls']],
    ['a number', 1],
    ['nothing', null],
  ])('is not possible if the command is %s', (_name, command) => expect(bash(command)).toBeNull());

  test('does not cover another path to a command of the same name', () => {
    expect(bash('/tmp/ls')?.grantKey).not.toBe(bash('ls')?.grantKey);
    expect(bash('./ls')?.grantKey).not.toBe(bash('ls')?.grantKey);
    expect(bash('LS')?.grantKey).not.toBe(bash('ls')?.grantKey);
  });

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
    expect(sessionGrantFor('helper', { script: 'git status' })?.name).toBe('git');
    expect(sessionGrantFor('helper', { command: 'ls', script: 'rm' })).toBeNull();
  });
});
