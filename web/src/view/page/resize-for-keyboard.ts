/**
 * Keeps the answer bar above a phone's on-screen keyboard. Some browsers lay the keyboard over the page, so
 * the page is made as high as its visible part.
 */
export function resizeForKeyboard(): void {
  const { visualViewport } = window;
  if (visualViewport === null) return;
  visualViewport.addEventListener('resize', () => {
    document.documentElement.style.setProperty('--visible-height', `${visualViewport.height}px`);
  });
}
