/** A text that is longer than this fills the field. It is not measured, because that takes long. */
const MAX_MEASURED_CHARACTERS = 5_000;

/** Makes a field as high as its text. `style/answer.css` sets the maximum. */
export function fitHeight(field: HTMLTextAreaElement): void {
  if (field.textLength > MAX_MEASURED_CHARACTERS) {
    field.style.height = '100vh';
    field.style.overflowY = 'auto';
    return;
  }
  field.style.overflowY = 'hidden';
  field.style.height = 'auto';
  // The height includes the border, but `scrollHeight` does not.
  const borders = field.offsetHeight - field.clientHeight;
  field.style.height = `${field.scrollHeight + borders}px`;
  // A rounded height may be a fraction of a pixel too small; only more than that needs a scrollbar.
  if (field.scrollHeight > field.clientHeight + 1) field.style.overflowY = 'auto';
}
