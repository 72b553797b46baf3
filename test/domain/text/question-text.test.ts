import { describe, expect, test } from 'vitest';
import { parseQuestion } from '../../../src/domain/text/question-text.ts';

describe('the options of a question', () => {
  test('are the numbered lines of its [OPTIONS] block', () => {
    expect(parseQuestion('Which?\n\n[OPTIONS]\n1. PostgreSQL\n2. SQLite\n[/OPTIONS]')).toEqual({
      text: 'Which?',
      options: ['PostgreSQL', 'SQLite'],
    });
  });

  test('may all be in one line', () => {
    expect(parseQuestion('Which? [OPTIONS] 1. Node 24 2. Node 22.12 3. Neither [/OPTIONS]').options).toEqual([
      'Node 24',
      'Node 22.12',
      'Neither',
    ]);
  });

  test('may continue in the next line', () => {
    expect(parseQuestion('[OPTIONS]\n1. Yes,\n   all of it\n2. No\n[/OPTIONS]').options).toEqual([
      'Yes, all of it',
      'No',
    ]);
  });

  test.each([
    ['Windows', '\r\n'],
    ['NEL', '\u0085'],
    ['LINE SEPARATOR', '\u2028'],
  ])('may end their lines as Unicode does: %s', (_name, lineEnd) => {
    const lines = ['Which port?', '[OPTIONS]', '1. 8080', '2. 8081,', ' if free', '3. Stop', '[/OPTIONS]'];
    const { text, options } = parseQuestion(lines.join(lineEnd));
    expect(text).toMatch(/^Which port\?.?$/s);
    expect(options).toEqual(['8080', '8081, if free', 'Stop']);
  });

  test('are Yes and No for [YES/NO]', () => {
    expect(parseQuestion('Go on? [YES/NO]')).toEqual({ text: 'Go on?', options: ['Yes', 'No'] });
  });

  test('are offered once each', () => {
    expect(parseQuestion('[OPTIONS]\n1. A\n2. A\n[/OPTIONS]').options).toEqual(['A']);
  });

  test.each([
    'Go on?',
    '[OPTIONS] none [/OPTIONS]',
    '[OPTIONS] 1. never closed',
    '1. a list\n2. that is just a list',
  ])('are empty for %j, whose text stays unchanged', (content) => {
    expect(parseQuestion(content)).toEqual({ text: content, options: [] });
  });

  test('are empty if there are more than 30: the block stays part of the text', () => {
    const list = Array.from({ length: 500 }, (_, at) => `${at + 1}. Option ${at + 1}`).join('\n');
    const content = `Which?\n[OPTIONS]\n${list}\n[/OPTIONS]`;
    expect(parseQuestion(content)).toEqual({ text: content, options: [] });
  });

  test('are removed without changing `$&` or `$1` in the text', () => {
    expect(parseQuestion('It costs $& and $1. [YES/NO]').text).toBe('It costs $& and $1.');
  });
});
