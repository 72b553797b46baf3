import * as v from 'valibot';
import type { GivenWireContext } from '../../application/wire/agent-context.ts';
import { MAX_CONTEXT_LENGTH } from '../../domain/conversation/agent-context.ts';
import { maybeText } from './event-table.ts';
import { storableText } from './texts.ts';

const FIELDS = v.object({ cwd: maybeText, model: maybeText });

/** Reads what most agents say with each event about where they run: the working folder and the model. */
export const eventContext = (body: object): GivenWireContext => {
  const { cwd, model } = v.parse(FIELDS, body);
  return contextTexts({ folder: cwd, model });
};

/** Makes a context of texts of any length. One that is too long is cut: the event counts more than it. */
export const contextTexts = (
  texts: {
    readonly [Field in keyof GivenWireContext]: string | null;
  },
): GivenWireContext =>
  Object.fromEntries(
    Object.entries(texts).map(([field, text]) => [
      field,
      text && [...storableText(text)].slice(0, MAX_CONTEXT_LENGTH).join(''),
    ]),
  );
