import {
  isLinkToken,
  linkErrorText,
  mayTryAgain,
  UNKNOWN_LINK,
} from '../../model/notification/link-error.ts';
import type { LinkedQuestion } from '../../model/wire.ts';
import { RequestError, request } from '../../server/request.ts';

export interface LinkFailure {
  readonly isDone: false;
  readonly text: string;
  readonly mayTryAgain: boolean;
}

export type LinkRead = { readonly isDone: true; readonly linked: LinkedQuestion } | LinkFailure;

/** `answer`: how the server understood it; null for a test. */
export type LinkAnswer = { readonly isDone: true; readonly answer: string | null } | LinkFailure;

/** Reads what a link is about. This answers nothing. */
export async function readLink(token: string): Promise<LinkRead> {
  // An address without a token would belong to another part of the API.
  if (!isLinkToken(token)) return { isDone: false, text: UNKNOWN_LINK, mayTryAgain: false };
  try {
    return { isDone: true, linked: await request<LinkedQuestion>('GET', `/answer-links/${token}`) };
  } catch (error) {
    return failureOf(error);
  }
}

/** @param text null: with the only value that the link has */
export async function answerLink(token: string, text: string | null): Promise<LinkAnswer> {
  try {
    const body = text === null ? {} : { content: text };
    const { answer } = await request<{ answer: string | null }>('POST', `/answer-links/${token}`, { body });
    return { isDone: true, answer };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): LinkFailure {
  const problem = error instanceof RequestError ? error.problem : null;
  return { isDone: false, text: linkErrorText(problem), mayTryAgain: mayTryAgain(problem) };
}
