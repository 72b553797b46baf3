import { describe, expect, test } from 'vitest';
import { preview } from '../../web/src/model/preview.ts';

describe('a preview', () => {
  test('contains neither markdown nor answer options', () => {
    expect(
      preview(
        '## Done\n\n- see [the log](https://x.example)\n- **18 %** of `all`\n[OPTIONS]\n1. A\n[/OPTIONS]',
      ),
    ).toBe('Done see the log 18 % of all');
  });

  test('contains no table', () => {
    expect(preview('How?\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nSay it.')).toBe('How? Say it.');
  });

  test('of a very long message is short', () => {
    expect(preview('word '.repeat(200_000)).length).toBeLessThanOrEqual(240);
  });

  test.each([
    ['of the preview', 'x'.repeat(239)],
    ['of what is read of the message', `${'x'.repeat(99)}${' '.repeat(860)}`],
  ])('is well-formed when an emoji stands at the end %s', (_end, start) => {
    expect(preview(`${start}\u{1F600}${'y'.repeat(2_000)}`)).toBe(start.trim());
  });

  test('contains no part of an options block that is cut off', () => {
    expect(preview(`Which? [OPTIONS] 1. ${'long '.repeat(1_000)}[/OPTIONS]`)).toBe('Which?');
  });
});
