import { formatRoute } from '../../model/route.ts';
import { goBack } from '../../store/page/current-route.ts';
import { Icon } from './icon.tsx';

/** Leads back to the list. Shown where the list and the details do not fit side by side. */
export const BackLink = () => (
  <a
    class="icon-button back"
    href={formatRoute({ page: 'list' })}
    aria-label="All agents"
    onClick={(event) => {
      event.preventDefault();
      goBack();
    }}
  >
    <Icon name="back" />
  </a>
);
