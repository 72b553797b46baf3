import { describe, expect, test } from 'vitest';
import { parseQuestion } from '../../../src/domain/text/question-text.ts';
import { preview } from '../../../web/src/model/preview.ts';

describe('the options of a question', () => {
  test('are its numbered lines', () => {
    expect(parseQuestion('Which?\n\n[OPTIONS]\n1. PostgreSQL\n2. SQLite\n[/OPTIONS]')).toEqual({
      text: 'Which?',
      options: ['PostgreSQL', 'SQLite'],
    });
  });

  test('may all stand in one line', () => {
    expect(parseQuestion('Which? [OPTIONS] 1. Node 24 2. Node 22.12 3. Neither [/OPTIONS]').options).toEqual([
      'Node 24',
      'Node 22.12',
      'Neither',
    ]);
  });

  test('may go on in the next line', () => {
    expect(parseQuestion('[OPTIONS]\n1. Yes,\n   all of it\n2. No\n[/OPTIONS]').options).toEqual([
      'Yes, all of it',
      'No',
    ]);
  });

  test('are Yes and No for [YES/NO]', () => {
    expect(parseQuestion('Go on? [YES/NO]')).toEqual({ text: 'Go on?', options: ['Yes', 'No'] });
  });

  test('of two that are the same, one is offered', () => {
    expect(parseQuestion('[OPTIONS]\n1. A\n2. A\n[/OPTIONS]').options).toEqual(['A']);
  });

  test.each([
    'Go on?',
    '[OPTIONS] none [/OPTIONS]',
    '[OPTIONS] 1. never closed',
    '1. a list\n2. that is just a list',
  ])('there are none in %j, and its text stays whole', (content) => {
    expect(parseQuestion(content)).toEqual({ text: content, options: [] });
  });

  test('a list of hundreds is text, not hundreds of buttons', () => {
    const list = Array.from({ length: 500 }, (_, at) => `${at + 1}. Option ${at + 1}`).join('\n');
    const content = `Which?\n[OPTIONS]\n${list}\n[/OPTIONS]`;
    expect(parseQuestion(content)).toEqual({ text: content, options: [] });
  });

  test('the text around them keeps what looks like a replacement pattern', () => {
    expect(parseQuestion('It costs $& and $1. [YES/NO]').text).toBe('It costs $& and $1.');
  });
});

describe('a preview', () => {
  test('is the words without markdown and options', () => {
    expect(
      preview(
        '## Done\n\n- see [the log](https://x.example)\n- **18 %** of `all`\n[OPTIONS]\n1. A\n[/OPTIONS]',
      ),
    ).toBe('Done see the log 18 % of all');
  });

  test('leaves a table out', () => {
    expect(preview('How?\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nSay it.')).toBe('How? Say it.');
  });

  test('of a very long message is short', () => {
    expect(preview('word '.repeat(200_000)).length).toBeLessThanOrEqual(240);
  });

  test('does not show an options block that is cut off', () => {
    expect(preview(`Which? [OPTIONS] 1. ${'long '.repeat(1_000)}[/OPTIONS]`)).toBe('Which?');
  });
});
