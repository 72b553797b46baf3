import { expect, test } from 'vitest';
import { nameFromPrompt } from '../../../src/domain/conversation/instance-name.ts';

test.each([
  ['Fix the tests', 'Fix the tests'],
  ['\n\n  Fix   the\ttests  \nand then the docs', 'Fix the tests'],
  ['---\n```\n*** \nMake it faster', 'Make it faster'],
  ['Fix \u202Ethe tests\0', 'Fix the tests'],
  ['修复测试', '修复测试'],
  ['"Fix the tests"', 'Fix the tests'],
  ['"Fix" the "tests"', '"Fix" the "tests"'],
])('the name is the first line in which there is something to read: %j', (prompt, name) => {
  expect(nameFromPrompt(prompt)).toBe(name);
});

test.each(['', '  \n', '---\n?!'])('a prompt without such a line gives no name: %j', (prompt) => {
  expect(nameFromPrompt(prompt)).toBeNull();
});

test('a long line is cut at the end of a character as people see it', () => {
  const family = '👩‍👩‍👧‍👦';
  const name = nameFromPrompt(`a ${family.repeat(40)}`)!;
  expect(name.length).toBeLessThanOrEqual(80);
  expect(name).toMatch(new RegExp(`^a (${family})+…$`, 'u'));
});
