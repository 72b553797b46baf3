import { expect } from 'vitest';
import { CodedError } from '../../src/domain/errors.ts';

/** Returns the coded error that `act` throws. Fails if it throws none. */
export function refusalOf(act: () => unknown): CodedError {
  try {
    act();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  return expect.unreachable('nothing was refused');
}
