import { describe, expect, test } from 'vitest';
import { parseMarkup } from '../../../src/domain/question/markup.ts';
import { valuesOf, withBlock } from './option-texts.ts';

describe('the lines of a block may end as in any system', () => {
  const lines = [
    'Go?',
    '[OPTIONS]',
    '1. Not now',
    '2. Staging',
    '   first',
    '3. Yes, production',
    '[/OPTIONS]',
    '',
  ];
  const values = ['Not now', 'Staging first', 'Yes, production'];

  test.each(['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029', '\r\n\r\n'])('%j', (end) => {
    expect(parseMarkup(lines.join(end))).toMatchObject({
      text: 'Go?',
      markup: end + lines.slice(1).join(end),
    });
    expect(valuesOf(lines.join(end))).toEqual(values);
  });

  test('mixed', () => {
    const ends = ['\r\n', '\u2028', '\r', '\n', '\u0085', '\r\n', '\u2029', ''];
    expect(valuesOf(lines.map((line, index) => line + ends[index]).join(''))).toEqual(values);
  });
});

describe('options are in one line', () => {
  test.each([
    ['Which? [OPTIONS] 1. Node 24 2. Node 22.12 3. Neither [/OPTIONS]', ['Node 24', 'Node 22.12', 'Neither']],
    ['Which? [options]1. Yes 2. No[/Options]', ['Yes', 'No']],
    ['Which?\n[OPTIONS]\n1. Yes 2. No\n[/OPTIONS]', ['Yes', 'No']],
    ['Which? [OPTIONS] 1. Use v1 3. x 2. No [/OPTIONS]', ['Use v1 3. x', 'No']],
    ['Which? [OPTIONS] 1. Ask 2) or (2) x 2. No [/OPTIONS]', ['Ask 2) or (2) x', 'No']],
    ['Which? [OPTIONS] 9) a 10) b 11) c [/OPTIONS]', ['a', 'b', 'c']],
    ['Which? [OPTIONS] **1.** Yes **2.** No [/OPTIONS]', ['Yes', 'No']],
    ['Which? [OPTIONS] **1. Yes** **2. No** [/OPTIONS]', ['Yes', 'No']],
    ['どれ？[OPTIONS]１．はい　２．いいえ[/OPTIONS]', ['はい', 'いいえ']],
    ['Which? [OPTIONS] 1. Yes [/OPTIONS]', ['Yes']],
    ['Which? [OPTIONS] 1. 1.5 GB 2. 2.5 GB [/OPTIONS]', ['1.5 GB', '2.5 GB']],
  ])('%j', (content, values) => expect(valuesOf(content)).toEqual(values));

  test.each([
    [
      ['1. Wait for phase 2. Then merge', '2. Merge now'],
      ['Wait for phase 2. Then merge', 'Merge now'],
    ],
    [
      ['1) Try 2) twice', '2) No'],
      ['Try 2) twice', 'No'],
    ],
    [['1. Wait for phase 2. Then', '   merge'], ['Wait for phase 2. Then merge']],
  ])('but not if there are several lines: %j', (lines, values) => {
    expect(valuesOf(withBlock(...lines))).toEqual(values);
  });

  test.each([
    ['Which? [OPTIONS] 1. Yes\n2. No [/OPTIONS]', ['Yes', 'No']],
    ['Which? [OPTIONS] 1. Yes 2. No\n  2. No [/OPTIONS]', ['Yes 2. No', 'No']],
    ['Which? [OPTIONS] 1. Do:\n   1. a\n   2. b\n2. No [/OPTIONS]', ['Do: 1. a 2. b', 'No']],
  ])('or the markers are in the lines of options: %j', (content, values) => {
    expect(valuesOf(content)).toEqual(values);
  });
});

describe('a line that begins no option belongs to the one before it', () => {
  test.each([
    ['text', ['1. Yes,', '   all of it', '', 'and now', '2. Stop'], 'Yes, all of it and now'],
    [
      'a tab that is wider',
      ['  1. Do all:', '\t1. build', '\t2. test', '  2. Stop'],
      'Do all: 1. build 2. test',
    ],
    ['a list', ['1. Do all:', '   1. build', '   2. test', '2. Stop'], 'Do all: 1. build 2. test'],
    ['a list after a tab', ['1. Do all:', '\t1. build', '\t2. test', '2. Stop'], 'Do all: 1. build 2. test'],
    [
      'a list with two spaces',
      ['1) Do all:', '  1) build', '  2) test', '2) Stop'],
      'Do all: 1) build 2) test',
    ],
    ['lists in lists', ['1. Do:', '  1. a', '    1. b', '  2. c', '2. Stop'], 'Do: 1. a 1. b 2. c'],
    ['bullets', ['1. Do all:', '- build', '* test', '2. Stop'], 'Do all: - build * test'],
    ['bullets below bullets', ['- Do all:', '  - build', '  - test', '- Stop'], 'Do all: - build - test'],
    ['numbers below bullets', ['- Do all:', '1. build', '2. test', '- Stop'], 'Do all: 1. build 2. test'],
    ['other numbers', ['1. Do all:', '(1) build', '(2) test', '2. Stop'], 'Do all: (1) build (2) test'],
    ['an empty marker', ['1. Do all', '   -', '   1.', '2. Stop'], 'Do all - 1.'],
  ])('%s', (_name, lines, value) => expect(valuesOf(withBlock(...lines))).toEqual([value, 'Stop']));

  test('a list below the last option', () => {
    expect(valuesOf(withBlock('1. Stop', '2. Do:', '   1. a', '   2. b', '   3. c'))).toEqual([
      'Stop',
      'Do: 1. a 2. b 3. c',
    ]);
  });
});
