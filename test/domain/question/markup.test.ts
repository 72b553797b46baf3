import { describe, expect, test } from 'vitest';
import { parseMarkup } from '../../../src/domain/question/markup.ts';
import { valuesOf, withBlock } from './option-texts.ts';

const yesNo = {
  options: [
    { label: 'Yes', value: 'Yes', description: null },
    { label: 'No', value: 'No', description: null },
  ],
  multiple: false,
  min: 1,
  max: 1,
};

test('the numbered lines of a block at the end are the choice, of which one option can be chosen', () => {
  expect(parseMarkup('Which?\n\n[OPTIONS]\n1. PostgreSQL\n2. SQLite\n[/OPTIONS]')).toEqual({
    text: 'Which?',
    markup: '\n\n[OPTIONS]\n1. PostgreSQL\n2. SQLite\n[/OPTIONS]',
    choice: {
      ...yesNo,
      options: ['PostgreSQL', 'SQLite'].map((value) => ({ label: value, value, description: null })),
    },
  });
});

test.each([
  ['Deploy? [YES/NO]', 'Deploy?', ' [YES/NO]'],
  ['Deploy?[yes/no]', 'Deploy?', '[yes/no]'],
  ['  Deploy?\r\n[Yes/No]\r\n\u0085 ', '  Deploy?', '\r\n[Yes/No]\r\n\u0085 '],
  ['Weiter?\u0085\u0085[YES/NO]\u0085', 'Weiter?', '\u0085\u0085[YES/NO]\u0085'],
  ['It costs $& and $1. [YES/NO]', 'It costs $& and $1.', ' [YES/NO]'],
  ['Is [YES/NO] right? [YES/NO]', 'Is [YES/NO] right?', ' [YES/NO]'],
  ['Press ` to go on? [YES/NO]', 'Press ` to go on?', ' [YES/NO]'],
])('the choice of %j is Yes or No', (content, text, markup) => {
  expect(parseMarkup(content)).toEqual({ text, markup, choice: yesNo });
});

describe('a content without markup at its end stays as it is', () => {
  test.each([
    ['no markup', 'Go on?'],
    ['nothing', ''],
    ['a list only', '1. a list\n2. that is just a list'],
    ['text after the marker', 'Deploy? [YES/NO] Please say.'],
    ['a full stop after the marker', 'Deploy? [YES/NO].'],
    ['text after the block', `${withBlock('1. a', '2. b')}\nThanks`],
    ['a marker in quotation marks', 'Each question ends with "[YES/NO]".'],
    ['a marker in quotation marks at the end', 'Each question ends with “[YES/NO]”'],
    ['a marker in backticks', 'To ask, write `[YES/NO]`'],
    ['a marker with a backslash', 'To ask, write \\[YES/NO]'],
    ['a marker in a block quote', 'The guide says:\n> Deploy? [YES/NO]'],
    ['a block in a block quote', 'The guide says:\n> [OPTIONS]\n> 1. a\n> [/OPTIONS]'],
    ['both markers in a sentence', 'Put the lines between [OPTIONS] and [/OPTIONS]'],
    ['dashes between markers in a sentence', 'Use [OPTIONS] - and then - [/OPTIONS]'],
    ['a sentence about the lines', 'Write [OPTIONS], then\n1. a\n2. b\nand [/OPTIONS]'],
    ['an end without a begin', 'Go?\n1. a\n2. b\n[/OPTIONS]'],
    ['a begin with a backslash', 'Go?\n\\[OPTIONS]\n1. a\n2. b\n[/OPTIONS]'],
    ['a begin without an end', 'Go?\n[OPTIONS]\n1. a\n2. b'],
    ['a second end', `${withBlock('1. a', '2. b')}\n[/OPTIONS]`],
    ['an empty block', withBlock()],
    ['a block without a list', 'Go? [OPTIONS] none [/OPTIONS]'],
    ['lines without numbers', withBlock('Yes', 'No')],
    ['empty options only', withBlock('1.', '2. ', '3.\t')],
    ['decimal numbers', withBlock('1.5 GB', '2.5 GB')],
  ])('%s', (_name, content) => expect(parseMarkup(content)).toBeNull());

  test.each(['', ' ', '\r\n', '\u0085', '\u3000\ufeff'])('nothing but markup after %j', (space) => {
    expect(parseMarkup(`${space}[YES/NO]`)).toBeNull();
    expect(parseMarkup(`${space}[OPTIONS]\n1. a\n2. b\n[/OPTIONS]`)).toBeNull();
  });
});

describe('only the last block counts, and an earlier one is text', () => {
  test.each([
    ['a whole block', withBlock('1. x', '2. y')],
    ['a block in one line', 'First? [OPTIONS] 1. x 2. y [/OPTIONS]'],
    ['yes or no', 'First? [YES/NO]'],
    ['a block without an end', 'First?\n[OPTIONS]\n1. x\n2. y'],
    ['the name of a marker', 'What does [OPTIONS] mean?'],
    ['a block in a fence', 'Like this:\n```\n[OPTIONS]\n1. x\n[/OPTIONS]\n```'],
    ['a block in a fence of tildes', 'Like this:\n  ~~~ text\n[OPTIONS]\n1. x\n~~~'],
    ['a fence that looks unclosed in another', 'Like this:\n````\n```\n[OPTIONS]\n````'],
    ['a block in inline code', 'Write `[OPTIONS] 1. x [/OPTIONS]`'],
    ['three backticks with text after them', '```[OPTIONS] 1. x``` is a block'],
  ])('%s', (_name, earlier) => {
    const markup = '\n[OPTIONS]\n1. a\n2. b\n[/OPTIONS]';
    expect(parseMarkup(earlier + markup)).toMatchObject({ text: earlier, markup });
    expect(valuesOf(earlier + markup)).toEqual(['a', 'b']);
    expect(parseMarkup(`${earlier}\nGo on? [YES/NO]`)).toMatchObject({ text: `${earlier}\nGo on?` });
  });
});

describe('markup in a block of code stays text', () => {
  test.each(['```', '````', '~~~', '```text', '   ```', '~~~ `a`', '```\n~~~', '```\n``` x', '````\n```'])(
    'after %j',
    (fence) => {
      expect(parseMarkup(`See:\n${fence}\n[OPTIONS]\n1. a\n[/OPTIONS]`)).toBeNull();
      expect(parseMarkup(`See:\r\n${fence}\r\nGo? [YES/NO]\r\n`)).toBeNull();
    },
  );

  test.each(['```\n```', '~~~\n~~~~ ', '    ```', '\\```', '``` `', 'a ```', '```\r```\r'])(
    'but not after %j',
    (noFence) => {
      expect(parseMarkup(`See:\n${noFence}\nGo?\n[OPTIONS]\n1. a\n[/OPTIONS]`)).not.toBeNull();
      expect(parseMarkup(`See:\n${noFence}\nGo? [YES/NO]`)).not.toBeNull();
    },
  );

  test('an option may quote the markers', () => {
    expect(valuesOf(withBlock('1. Keep `[/OPTIONS]`', '2. Write `[OPTIONS] 1. x`', '3. No'))).toEqual([
      'Keep `[/OPTIONS]`',
      'Write `[OPTIONS] 1. x`',
      'No',
    ]);
  });

  test('an option may have a block of code, which begins no options', () => {
    expect(valuesOf(withBlock('1. Write', '```', '2. x', '```', '2. No'))).toEqual([
      'Write ``` 2. x ```',
      'No',
    ]);
    expect(valuesOf('Go? [OPTIONS] 1. Write `a 2. b` 2. No [/OPTIONS]')).toEqual(['Write `a 2. b`', 'No']);
  });
});

test('an option may name the first marker', () => {
  expect(valuesOf(withBlock('1. [OPTIONS]', '2. a [OPTIONS] 4. b', '3. No'))).toEqual([
    '[OPTIONS]',
    'a [OPTIONS] 4. b',
    'No',
  ]);
});

test('100,000 first markers are no markup, and markup if options follow the last', () => {
  const markers = '[OPTIONS]'.repeat(100_000);
  expect(parseMarkup(`Go? ${markers}`)).toBeNull();
  expect(parseMarkup(`Go? ${markers}[/OPTIONS]`)).toBeNull();
  expect(parseMarkup(`Go? ${markers} 1. a 2. b [/OPTIONS]`)?.markup).toBe(
    ' 1. a 2. b [/OPTIONS]'.padStart(30, '[OPTIONS]'),
  );
});
