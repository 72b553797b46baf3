import type { Entry } from '../../../model/question/form-entries.ts';
import type { ShownField } from '../../../model/question/form-fields.ts';

export interface FieldProps {
  readonly field: ShownField;
  /** What the field contains at first. */
  readonly entry: Entry;
  readonly error: string | null;
  readonly onChange: (entry: Entry) => void;
}

/** What the control of a field needs to know about the texts around it. */
export interface ControlProps extends FieldProps {
  readonly id: string;
  /** The ids of the description and of the error, as far as there are any. */
  readonly describedBy: string | undefined;
  /** Undefined: there is no error. */
  readonly errorId: string | undefined;
}
