import { DomainError } from '../../domain/errors.ts';
import type { FormAnswer } from '../../domain/question/form.ts';
import { checkFormAnswer } from '../../domain/question/form-check.ts';
import { DeliveryError, type Notifier } from '../../ports/notifier.ts';

/** What was wrong with the settings of a destination. */
export class SettingsMismatchError extends DomainError {
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  constructor(issues: SettingsMismatchError['issues']) {
    const [first] = issues;
    super('settings_do_not_fit', `${first!.path} ${first!.message}`, first!.path);
    this.issues = issues;
  }
}

/**
 * Checks the settings of a destination, and makes its address.
 * @throws SettingsMismatchError
 */
export function checkSettings(
  notifier: Notifier,
  given: unknown,
): { readonly settings: FormAnswer; readonly address: string } {
  const checked = checkFormAnswer(notifier.settings, given);
  if ('issues' in checked)
    throw new SettingsMismatchError(
      checked.issues.map(({ path, message }) => ({
        path: path === '' ? 'settings' : `settings.${path}`,
        message,
      })),
    );
  try {
    return { settings: checked.answer, address: notifier.addressOf(checked.answer) };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new SettingsMismatchError([{ path: 'settings', message: error.message }]);
  }
}
