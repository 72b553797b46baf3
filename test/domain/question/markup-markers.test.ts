import { describe, expect, test } from 'vitest';
import { valuesOf, withBlock } from './option-texts.ts';

describe('an option begins with', () => {
  test.each([
    ['a number and a full stop', ['1. Yes', '2. No']],
    ['a number and a bracket', ['1) Yes', '2) No']],
    ['a number in brackets', ['(1) Yes', '(2) No']],
    ['a number in wide brackets', ['（1）Yes', '（２） No']],
    ['wide digits', ['１．Yes', '２．No']],
    ['wide digits and a narrow mark', ['１. Yes', '２. No']],
    ['an ideographic comma', ['1、Yes', '2、 No']],
    ['narrow and wide full stops', ['1. Yes', '２．No']],
    ['narrow and wide brackets', ['１）Yes', '2) No']],
    ['Arabic digits', ['١. Yes', '٢. No']],
    ['Persian digits', ['۱) Yes', '۲) No']],
    ['Devanagari digits', ['१. Yes', '२. No']],
    ['a bold number', ['**1.** Yes', '**2.** No']],
    ['bold text', ['**1. Yes**', '**2. No**']],
    ['bold text in part', ['**1. Y**es', '2. No']],
    ['a number, and is bold', ['1. **Yes**', '2. **No**']],
    ['a dash', ['- Yes', '- No']],
    ['a star', ['* Yes', '* **No**']],
    ['a bullet', ['• Yes', '•No']],
    ['a tab after the number', ['1.\tYes', '2.\tNo']],
    ['a number after spaces', ['  1. Yes', '  2. No']],
    ['a tab before the number', ['\t1. Yes', '\t2. No']],
    ['numbers that are wider', ['09. Yes', '10. No']],
    ['the same number', ['1. Yes', '1. No']],
    ['numbers with a gap', ['3. Yes', '7. No']],
    ['numbers on the right', [' 9. Yes', '10. No']],
    ['numbers that wander', ['1. Yes', '   2. No']],
    ['a number after an empty line', ['', '1. Yes', '', ' \t', '2. No', '']],
  ])('%s', (_name, lines) => expect(valuesOf(withBlock(...lines))).toEqual(['Yes', 'No']));

  test.each([
    [
      ['１．はい', '２．いいえ'],
      ['はい', 'いいえ'],
    ],
    [
      ['1、是', '2、否'],
      ['是', '否'],
    ],
    [
      ['1.是', '2.否'],
      ['是', '否'],
    ],
    [
      ['・はい', '・いいえ'],
      ['はい', 'いいえ'],
    ],
    [
      ['1、2小时', '2、4小时'],
      ['2小时', '4小时'],
    ],
    [
      ['1. 1.5 GB', '2. 2.5 GB'],
      ['1.5 GB', '2.5 GB'],
    ],
    [
      ['1. Keep', '1.5 GB', '2. Drop'],
      ['Keep 1.5 GB', 'Drop'],
    ],
    [
      ['１．Keep', '１．５ GB', '２．Drop'],
      ['Keep １．５ GB', 'Drop'],
    ],
    [
      ['1. Wait until', '2027. Then go', '2. No'],
      ['Wait until 2027. Then go', 'No'],
    ],
    [
      ['1. __init__', '2. **a** or **b**', '3. ** x **'],
      ['__init__', '**a** or **b**', '** x **'],
    ],
    [
      ['1. -1', '2. - x', '3. 4. y'],
      ['-1', '- x', '4. y'],
    ],
  ])('its marker in %j', (lines, values) => expect(valuesOf(withBlock(...lines))).toEqual(values));
});
