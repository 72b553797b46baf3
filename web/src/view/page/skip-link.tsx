/** The id of what the link leads to. */
export const MAIN_CONTENT_ID = 'main-content';

/**
 * Leads past the list of agents. Only who moves the focus to it sees it. It moves the focus itself, because
 * the fragment of the address names the view.
 */
export const SkipLink = () => (
  <a
    class="skip-link"
    href={`#${MAIN_CONTENT_ID}`}
    onClick={(event) => {
      event.preventDefault();
      document.getElementById(MAIN_CONTENT_ID)?.focus();
    }}
  >
    Skip to the main content
  </a>
);
