import * as v from 'valibot';
import { isBlank, NOT_BLANK_PATTERN } from '../../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../../domain/text/code-points.ts';
import { MAX_SEARCH_WORDS, searchWords } from '../../../domain/text/search-words.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { cursor, formatCursor, parseCursor } from '../../wire/message-cursor.ts';
import { messageHit, wireMessageHit } from '../../wire/message-hit.ts';

const MAX_QUERY_LENGTH = 200;

const query = v.pipe(
  v.string(),
  v.check(
    (text) => !isBlank(text) && hasAtMostCodePoints(text, MAX_QUERY_LENGTH),
    `must be 1 to ${MAX_QUERY_LENGTH} characters and not only white space`,
  ),
  v.metadata({ minLength: 1, maxLength: MAX_QUERY_LENGTH, pattern: NOT_BLANK_PATTERN }),
  v.description(
    `What a message must contain: all of these words, also inside longer ones, in upper or lower case. The first ${MAX_SEARCH_WORDS} words count`,
  ),
);

/**
 * Looks for words in the messages of all agents, the newest first. One call looks at some thousand messages.
 * It may find nothing among them although there are others: then it still returns the cursor of the next.
 */
export const searchMessages = defineUseCase({
  name: 'search_messages',
  summary: 'Search the messages of all agents, the newest first',
  errorCodes: [],
  scopes: ['dashboard'],
  input: v.object({
    q: query,
    limit: field.optional(
      v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be 1 to 200'),
        v.maxValue(200, 'must be 1 to 200'),
      ),
    ),
    cursor: field.optional(cursor),
  }),
  output: v.object({ hits: v.array(messageHit), next_cursor: v.nullable(v.string()) }),
  async run({ queries }, { caller: { userId }, input }) {
    const { hits, next } = await queries.searchMessages(userId, {
      words: searchWords(input.q),
      limit: input.limit ?? field.DEFAULT_LIMIT,
      after: input.cursor == null ? null : parseCursor(input.cursor),
    });
    return { hits: hits.map(wireMessageHit), next_cursor: formatCursor(next) };
  },
});
