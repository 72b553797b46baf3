import { expect, test } from 'vitest';
import { EventParser } from '../../../src/adapters/client/http/event-parser.ts';
import { FieldCutter } from '../../../src/adapters/koa/body/field-cutter.ts';
import { refuseLargeJson } from '../../../src/adapters/koa/body/json-size.ts';
import { agentAnswer, agentQuestionText } from '../../../src/adapters/mcp/stdio/approve/agent-question.ts';
import { commandIn } from '../../../src/adapters/mcp/stdio/approve/command-scope.ts';
import {
  parseVerdict,
  permissionQuestion,
} from '../../../src/adapters/mcp/stdio/approve/permission-question.ts';
import { sessionGrantFor } from '../../../src/adapters/mcp/stdio/approve/session-grant.ts';
import { cut, plainJson, plainText, wrap } from '../../../src/composition/terminal/plain-text.ts';
import {
  messageLine,
  questionLines,
  questionText,
} from '../../../src/composition/terminal/question-lines.ts';
import { isValidContent } from '../../../src/domain/conversation/message.ts';
import { checkGitDiff } from '../../../src/domain/text/git-diff.ts';
import { cutText } from '../../../src/domain/text/graphemes.ts';
import { joinLines } from '../../../src/domain/text/lines.ts';
import { parseQuestion } from '../../../src/domain/text/question-text.ts';
import { type ReaderCase, tooSteepUnits } from '../../support/linear-time.ts';

const SPACES = [' ', '\t', '\n', '\r\n', '\u00a0'];
const MARKERS = ['[', '[OPTIONS]', '[/OPTIONS]', '1', '1. ', '1. 2. ', '1. a\n'];
/** Marks, joiners, emoji, flags and letters that are parts of one grapheme. */
const JOINED = ['\u0301\u0316', '\u200d', '👩\u200d', '🇦', '\u1100', '\u0915\u094d'];

const inOptions = (text: string) => `[OPTIONS]\n1. a${text}\n[/OPTIONS]`;
const asked = { shortId: 'abcd', columns: 80, maxLines: 20 };

function cutField(text: string): void {
  const cutter = new FieldCutter({ name: 'git_diff', keptBytes: 10_000 }, 10_000_000);
  cutter.add(Buffer.from(text));
  cutter.finish();
}

function readPieces(text: string): void {
  const parser = new EventParser();
  for (let start = 0; start < text.length; start += 100) parser.push(text.slice(start, start + 100));
}

const READERS: readonly ReaderCase[] = [
  ['a question', parseQuestion, [...SPACES, ...MARKERS]],
  ['the options of a question', (text) => parseQuestion(inOptions(text)), [...SPACES, '1', ' 2. ', '1. a\n']],
  ['the check of a content', isValidContent, [' ', '\u0085', '😀']],
  ['the check of a diff', checkGitDiff, ['\n', ' ', 'A', 'A=', 'diff --git', '\ndiff --']],
  ['a text that is cut', (text) => cutText(text, text.length / 2), JOINED],
  ['a text that is made one line', (text) => joinLines(text, ' '), SPACES],
  ['a text for a terminal', plainText, [' ', '\n', '\u202e']],
  ['JSON for a terminal', plainJson, ['"', '\u202e']],
  ['a text that is wrapped', (text) => [...wrap(text, 80)], [' ', '👩\u200d']],
  ['a line that is cut', (text) => cut(text, 1_000), [' ', ...JOINED]],
  ['a message in `watch`', messageLine, [' ', '\t', '[', '1. a\n']],
  ['a question in `watch`', (text) => questionLines(text, asked), [' ', 'a', '\n', '👩\u200d']],
  ['a question in `reply`', questionText, [' ']],
  [
    'a question of AskUserQuestion',
    (text) => agentQuestionText({ question: text, options: [{ label: text }] }),
    [' ', '1', '1. ', '[/', '\n'],
  ],
  [
    'an answer to AskUserQuestion',
    (text) => agentAnswer({ question: '?', options: [{ label: text }], multiSelect: true }, `${text}x`),
    [' ', ',', 'a,', '.', '!'],
  ],
  ['an answer to a permission', (text) => parseVerdict(text, null), [' ', '.', '!', '. ']],
  ['a command', commandIn, [' ', '\t', '"', "'", 'a', '-', 'ls ', '--a="', '"a ', '"a" ']],
  [
    'the options of a command',
    (text) => commandIn(`ls ${text}`),
    ['-', '-a ', '"-a" ', '--all ', '--all="a '],
  ],
  [
    'a permission',
    (text) => permissionQuestion('Bash', { command: text, input: text }, null),
    [' ', '`', '``\n', '\u202e', '"'],
  ],
  ['a field of a tool', (text) => sessionGrantFor('Read', { [text]: text }), ['a', 'A', 'aB', '_']],
  ['a stream of events', readPieces, ['a', ':', '\r', '\n', 'data:\n']],
  ['the size of JSON', (text) => refuseLargeJson(Buffer.from(`"${text}`)), ['\\', '"', '\\"', 'a']],
  [
    'a body with a diff',
    (text) => cutField(`{"git_diff":"${text}`),
    ['a', '\\', '\\"', '\\u0041', '","a":"'],
  ],
];

test.each(READERS)('%s takes linear time, whatever the text is', (_, read, units) => {
  expect(tooSteepUnits(read, units)).toEqual([]);
});
