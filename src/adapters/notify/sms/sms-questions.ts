import { randomInt } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** As long as the links in notices work. */
const REMEMBERED_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_PHONES = 10_000;
const MAX_QUESTIONS = 20;
/** After it, the numbers begin at 1 again. */
const MAX_NUMBER = 99;

/** A question that was sent to a phone and may be answered from there. */
export interface SmsQuestion {
  readonly id: string;
  /** The tokens of the options; empty if the text did not number them. */
  readonly optionTokens: readonly string[];
  /** The token of an answer in words; null if only an option answers. */
  readonly textToken: string | null;
  /** The number of the first option, or of the question itself if it has none. */
  readonly firstNumber: number;
  /** Whether its message asks for its number before words, because others were open when it was sent. */
  readonly needsNumber: boolean;
}

interface Phone {
  readonly questions: readonly SmsQuestion[];
  /** The number after those that were used last. */
  readonly next: number;
}

/** What a reply answers. */
export type SmsAnswer =
  | {
      readonly kind: 'found';
      readonly questionId: string;
      readonly token: string;
      /** null: with the option of the token. */
      readonly text: string | null;
    }
  /** It could be meant for several questions, or for none of the numbers. */
  | { readonly kind: 'unclear' }
  /** Nothing is remembered: it was sent before this process began, or by another one. */
  | { readonly kind: 'unknown' };

/** A number, and what follows it. */
const NUMBERED = /^(\d{1,9})(?:[\s.:,)-]+(\S.*))?$/s;

/**
 * Remembers what was sent to which phone. A reply names no message, so the numbers go on counting, and begin
 * at a random one: a late "7" answers the question that it was meant for, or most probably none.
 */
export class SmsQuestions {
  readonly #byPhone = new LRUCache<string, Phone>({ max: MAX_PHONES, ttl: REMEMBERED_MS });
  readonly #first: number;

  constructor(first = randomInt(1, MAX_NUMBER + 1)) {
    this.#first = first;
  }

  /** The number that the next question for a phone begins with, if it has so many options. */
  nextNumber(phone: string, options: number): number {
    const next = this.#byPhone.get(phone)?.next ?? this.#first;
    return next + Math.max(1, options) - 1 > MAX_NUMBER ? 1 : next;
  }

  /** Whether a question is remembered for this phone. */
  has(phone: string): boolean {
    return this.#of(phone).length > 0;
  }

  /** An earlier question whose numbers the new one has is forgotten: its reply would answer the new one. */
  add(phone: string, question: SmsQuestion): void {
    const others = this.#of(phone).filter((other) => !sharesNumbers(other, question));
    this.#byPhone.set(phone, {
      questions: [...others, question].slice(-MAX_QUESTIONS),
      next: lastNumberOf(question) + 1,
    });
  }

  remove(phone: string, questionId: string): void {
    const known = this.#byPhone.get(phone);
    if (known === undefined) return;
    this.#byPhone.set(phone, { ...known, questions: known.questions.filter(({ id }) => id !== questionId) });
  }

  answerOf(phone: string, text: string): SmsAnswer {
    const questions = this.#of(phone);
    const [, digits, words] = NUMBERED.exec(text) ?? [];
    const numbered = digits === undefined ? null : findNumbered(questions, Number(digits), words ?? null);
    if (numbered !== null) return numbered;
    const isOnlyNumber = digits !== undefined && words === undefined;
    const [question, ...others] = questions;
    if (question === undefined) return { kind: isOnlyNumber ? 'unclear' : 'unknown' };
    // A number that is no option would be a strange answer in words.
    const isMistyped = isOnlyNumber && question.optionTokens.length > 0;
    if (others.length > 0 || question.textToken === null || isMistyped) return { kind: 'unclear' };
    return { kind: 'found', questionId: question.id, token: question.textToken, text };
  }

  #of(phone: string): readonly SmsQuestion[] {
    return this.#byPhone.get(phone)?.questions ?? [];
  }
}

const lastNumberOf = ({ firstNumber, optionTokens }: SmsQuestion): number =>
  firstNumber + Math.max(1, optionTokens.length) - 1;

const sharesNumbers = (one: SmsQuestion, other: SmsQuestion): boolean =>
  one.firstNumber <= lastNumberOf(other) && other.firstNumber <= lastNumberOf(one);

/** Finds the option with this number, or the question that asked for its number before the words. */
function findNumbered(
  questions: readonly SmsQuestion[],
  number: number,
  words: string | null,
): SmsAnswer | null {
  for (const { id, firstNumber, optionTokens, textToken, needsNumber } of questions) {
    const option = words === null ? optionTokens[number - firstNumber] : undefined;
    if (option !== undefined) return { kind: 'found', questionId: id, token: option, text: null };
    const isAsked = needsNumber && firstNumber === number;
    if (isAsked && words !== null && textToken !== null)
      return { kind: 'found', questionId: id, token: textToken, text: words };
  }
  return null;
}
