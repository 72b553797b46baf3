import { expect } from 'vitest';
import { CodedError } from '../../src/domain/errors.ts';

/** What `act` throws; a test then looks at its code and field. */
export function refusalOf(act: () => unknown): CodedError {
  try {
    act();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  return expect.unreachable('nothing was refused');
}
