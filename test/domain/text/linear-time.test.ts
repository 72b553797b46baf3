import { expect, test } from 'vitest';
import { EventParser } from '../../../src/adapters/client/http/event-parser.ts';
import { FieldCutter } from '../../../src/adapters/koa/body/field-cutter.ts';
import { refuseLargeJson } from '../../../src/adapters/koa/body/json-size.ts';
import { agentAnswer, personQuestion } from '../../../src/application/permission/agent-question.ts';
import { commandIn } from '../../../src/application/permission/command-scope.ts';
import { parseVerdict, permissionQuestion } from '../../../src/application/permission/permission-question.ts';
import { sessionGrantFor } from '../../../src/application/permission/session-grant.ts';
import { cut, plainJson, wrap } from '../../../src/composition/terminal/plain-text.ts';
import {
  messageLine,
  questionLines,
  questionText,
} from '../../../src/composition/terminal/question-lines.ts';
import { type QuestionForm, TEXT_FORMATS } from '../../../src/domain/question/form.ts';
import { checkFormAnswer } from '../../../src/domain/question/form-check.ts';
import { formText } from '../../../src/domain/question/form-text.ts';
import { parseMarkup } from '../../../src/domain/question/markup.ts';
import { formatProblem } from '../../../src/domain/question/text-formats.ts';
import { isValidContent } from '../../../src/domain/text/content.ts';
import { checkGitDiff } from '../../../src/domain/text/git-diff.ts';
import { cutText } from '../../../src/domain/text/graphemes.ts';
import { joinLines } from '../../../src/domain/text/lines.ts';
import { plainText } from '../../../src/domain/text/plain-text.ts';
import { type ReaderCase, tooSteepUnits } from '../../support/linear-time.ts';

const SPACES = [' ', '\t', '\n', '\r\n', '\u00a0'];
const MARKERS = ['[', '[OPTIONS]', '[/OPTIONS]', '1', '1. ', '1. 2. ', '1. a\n'];
/** Marks, joiners, emoji, flags and letters that are parts of one grapheme. */
const JOINED = ['\u0301\u0316', '\u200d', '👩\u200d', '🇦', '\u1100', '\u0915\u094d'];

/** What begins or ends a quote, and the markers of options that need more than one look. */
const QUOTES = ['`', '``` ', '` `` ', '```\n', '~~~\n', '> \n', '\\'];
const BLOCKS = ['[OPTIONS] 1. a ', '[OPTIONS]\n', '**', '**1. a\n', '\n   1. a', '- a\n', '１．'];

const inOptions = (text: string) => `[OPTIONS]\n1. a${text}\n[/OPTIONS]`;
const ONLY_ONCE = { grant: null, suggestions: [] };
const typed = (text: string) => ({ text, values: null });
const asked = { shortId: 'abcd', columns: 80, maxLines: 20, now: 0 };

function cutField(text: string): void {
  const cutter = new FieldCutter({ name: 'git_diff', keptBytes: 10_000 }, 10_000_000);
  cutter.add(Buffer.from(text));
  cutter.finish();
}

function readPieces(text: string): void {
  const parser = new EventParser();
  for (let start = 0; start < text.length; start += 100) parser.push(text.slice(start, start + 100));
}

/** What texts with a format begin with, for a check that reads on. */
const FORMAT_STARTS = ['', 'a@', 'http://', 'a:', '2026-02-28T09:30:00.'];

function checkFormats(text: string): void {
  for (const start of FORMAT_STARTS)
    for (const format of TEXT_FORMATS) formatProblem(format, `${start}${text}`);
}

const FORM: QuestionForm = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 2_000_000 },
    one: { type: 'string', enum: ['a', 'b'] },
    some: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
  },
};

/** The answer has a long text, a long list, and many or long names. */
const checkAnswer = (text: string) =>
  checkFormAnswer(FORM, {
    name: text,
    one: text,
    some: [...text],
    ...Object.fromEntries(Array.from({ length: text.length / 20 }, (_, index) => [`name ${index}`, index])),
    [text]: text,
  });

const READERS: readonly ReaderCase[] = [
  ['markup', (text) => parseMarkup(`Go?${text}[/OPTIONS]`), [...SPACES, ...MARKERS, ...QUOTES, ...BLOCKS]],
  ['markup of one word', (text) => parseMarkup(`Go?${text}[YES/NO]${text}`), [...SPACES, ...QUOTES]],
  ['markup with white space after it', (text) => parseMarkup(`Go? [YES/NO]${text}`), [...SPACES, '\u0085']],
  [
    'the options of markup',
    (text) => parseMarkup(`Go?\n${inOptions(text)}`),
    [...SPACES, ...QUOTES, ...BLOCKS, '1', ' 2. ', '1. a\n', ' **'],
  ],
  ['the check of a content', isValidContent, [' ', '\u0085', '😀']],
  [
    'the check of a format',
    checkFormats,
    ['a', '@', '.', '-', 'a.', 'a-', '..', '%41', 'a/', '../', '[', ':', '1', '1.', 'é', '\u0301', 'xn--a.'],
  ],
  ['an answer to a form', checkAnswer, ['a', '😀', ...JOINED]],
  ['a filled in form', (text) => formText(FORM, { name: text }), [...SPACES, 'a\n']],
  ['the check of a diff', checkGitDiff, ['\n', ' ', 'A', 'A=', 'diff --git', '\ndiff --']],
  ['a text that is cut', (text) => cutText(text, text.length / 2), JOINED],
  ['a text that is made one line', (text) => joinLines(text, ' '), SPACES],
  ['a text for a terminal', plainText, [' ', '\n', '\u202e']],
  ['JSON for a terminal', plainJson, ['"', '\u202e']],
  ['a text that is wrapped', (text) => [...wrap(text, 80)], [' ', '👩\u200d']],
  ['a line that is cut', (text) => cut(text, 1_000), [' ', ...JOINED]],
  ['a message in `watch`', (text) => messageLine({ content: text }), [' ', '\t', '[', '1. a\n']],
  ['a question in `watch`', (text) => questionLines({ content: text }, asked), [' ', 'a', '\n', '👩\u200d']],
  ['a question in `reply`', (text) => questionText({ content: text }, 0), [' ']],
  [
    'a question of AskUserQuestion',
    (text) => personQuestion({ question: text, options: [{ label: text }] }),
    [' ', '1', '1. ', '[/', '\n'],
  ],
  [
    'an answer to AskUserQuestion',
    (text) =>
      agentAnswer({ question: '?', options: [{ label: text }], multiSelect: true }, typed(`${text}x`)),
    [' ', ',', 'a,', '.', '!'],
  ],
  ['an answer to a permission', (text) => parseVerdict(typed(text), ONLY_ONCE), [' ', '.', '!', '. ']],
  ['a command', commandIn, [' ', '\t', '"', "'", 'a', '-', 'ls ', '--a="', '"a ', '"a" ']],
  [
    'the options of a command',
    (text) => commandIn(`ls ${text}`),
    ['-', '-a ', '"-a" ', '--all ', '--all="a '],
  ],
  [
    'a permission',
    (text) => permissionQuestion('Bash', { command: text, input: text }, ONLY_ONCE),
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
