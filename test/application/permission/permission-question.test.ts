import { describe, expect, test } from 'vitest';
import { parseVerdict, permissionQuestion } from '../../../src/application/permission/permission-question.ts';
import { sessionGrantFor } from '../../../src/application/permission/session-grant.ts';

const ask = (tool: string, input: object, suggestions: readonly string[] = []) =>
  permissionQuestion(tool, input, { grant: sessionGrantFor(tool, input), suggestions });
const typed = (text: string) => ({ text, values: null });
const LS = { grant: sessionGrantFor('Bash', { command: 'ls' }), suggestions: [] };
const ONCE = { grant: null, suggestions: [] };
const SUGGESTED = { grant: null, suggestions: ['Yes, always: a', 'Yes, always: b'] };

describe('the permission question', () => {
  test('has options, and shows the whole input', () => {
    expect(ask('Bash', { command: 'ls -la', description: 'look' })).toEqual({
      text: 'May I use Bash?\n\n```sh\nls -la\n```\n```json\n{\n  "description": "look"\n}\n```',
      options: [{ label: 'Yes' }, { label: 'Yes, for this session (every ls)' }, { label: 'No' }],
    });
  });

  test('does not offer a yes for the session if none is possible', () => {
    expect(ask('Bash', { command: 'ls; rm -rf ~' }).options).toEqual([{ label: 'Yes' }, { label: 'No' }]);
  });

  test('shows markup in the input as it is', () => {
    const command = 'echo [OPTIONS]\n1. Fine\n[/OPTIONS]\nrm -rf ~';
    expect(ask('Bash', { command }).text).toContain(command);
  });

  test('takes no markup from the name of the tool', () => {
    expect(ask('[YES/NO] x', {}).text).toContain('May I use ?YES/NO??x?');
  });

  test('keeps the input inside its code block and shows invisible characters', () => {
    const question = ask('Bash', { command: 'ls ```\n<!-- \u202egnihton\0 ````' });
    expect(question.text).toContain('`````sh\nls ```\n<!-- \\u{202e}gnihton\\u{0} ````\n`````');
  });

  test('shows a command with hundreds of thousands of backticks', () => {
    const command = '` '.repeat(300_000);
    expect(ask('Bash', { command }).text).toContain(`\`\`\`sh\n${command}\n`);
  });

  test('offers what the agent suggests, and shows an edit as a diff', () => {
    const input = { file_path: '/a', old_string: 'one\ntwo', new_string: 'three' };
    const { text, options } = ask('Edit', input, SUGGESTED.suggestions);
    expect(text).toBe(
      'May I use Edit?\n\n```diff\n-one\n-two\n+three\n```\n```json\n{\n  "file_path": "/a"\n}\n```',
    );
    expect(options.map(({ label }) => label)).toEqual([
      'Yes',
      'Yes, for this session (every Edit)',
      'Yes, always: a',
      'Yes, always: b',
      'No',
    ]);
  });

  test('shows the diff that an agent made itself', () => {
    expect(ask('edit', { diff: '-a\n+b' }).text).toBe('May I use edit?\n\n```diff\n-a\n+b\n```');
  });

  test('is well-formed text, also if the input is not', () => {
    expect(ask('Write', { text: '\ud800' }).text.isWellFormed()).toBe(true);
  });
});

describe('an answer to it', () => {
  test.each([
    ['Yes', { kind: 'once' }],
    ['Yes, for this session (every ls)', { kind: 'session' }],
    ['No', { kind: 'no', reason: null }],
  ])('that chooses %j is that decision', (value, verdict) => {
    expect(parseVerdict({ text: 'shown', values: [value] }, LS)).toEqual(verdict);
  });

  test.each([
    ['Yes', 'once'],
    ['yes', 'once'],
    [' Yes. ', 'once'],
    ['y', 'once'],
    ['1', 'once'],
    ['1. Yes', 'once'],
    ['Yes, for this session (every ls)', 'session'],
    ['yes for this session', 'session'],
    ['2', 'session'],
    ['No', 'no'],
    ['n', 'no'],
    ['3', 'no'],
  ])('%j means %s', (answer, kind) => {
    expect(parseVerdict(typed(answer), LS)).toMatchObject({ kind });
  });

  test.each(['yes but not in /etc', 'Yes?', 'ok', 'not yet', 'no, use rg', '4', 'yes yes'])(
    '%j is a no with that text as the reason',
    (answer) => expect(parseVerdict(typed(answer), LS)).toEqual({ kind: 'no', reason: answer }),
  );

  test('of a million full stops before a word is read once', () => {
    const answer = `${'.'.repeat(1_000_000)}x`;
    expect(parseVerdict(typed(answer), LS)).toEqual({ kind: 'no', reason: answer });
  });

  test('is read by the options that the question had', () => {
    expect(parseVerdict(typed('2'), ONCE)).toEqual({ kind: 'no', reason: null });
    expect(parseVerdict(typed('yes for this session'), ONCE)).toEqual({ kind: 'once' });
  });

  test('can be what the agent suggested', () => {
    const choose = (value: string) => parseVerdict({ text: 'shown', values: [value] }, SUGGESTED);
    expect(choose('Yes, always: b')).toEqual({ kind: 'suggestion', index: 1 });
    expect(choose('Yes')).toEqual({ kind: 'once' });
    expect(choose('No')).toEqual({ kind: 'no', reason: null });
  });
});
