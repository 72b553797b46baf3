/**
 * Where the keyboard of a phone lies over the page instead of shrinking it, the page is as high as what
 * can be seen, so that the answer bar stays above the keyboard.
 */
export function resizeForKeyboard(): void {
  const { visualViewport } = window;
  if (visualViewport === null) return;
  visualViewport.addEventListener('resize', () => {
    document.documentElement.style.setProperty('--visible-height', `${visualViewport.height}px`);
  });
}
