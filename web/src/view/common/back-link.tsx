import { formatRoute } from '../../model/route.ts';
import { goBack } from '../../store/page/current-route.ts';
import { Icon } from './icon.tsx';

/** Where list and detail do not fit beside each other. */
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
