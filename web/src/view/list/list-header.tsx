import { formatRoute } from '../../model/route.ts';
import { notificationPermission, requestNotificationPermission } from '../../store/agents/question-alerts.ts';
import { type Theme, theme } from '../../store/page/theme.ts';
import { Icon, type IconName } from '../common/icon.tsx';

const NEXT_THEME: { readonly [T in Theme]: Theme } = { system: 'light', light: 'dark', dark: 'system' };
const THEME_ICONS: { readonly [T in Theme]: IconName } = { system: 'auto', light: 'sun', dark: 'moon' };

export const ListHeader = () => (
  <header class="list-head">
    <h1>
      <a href={formatRoute({ page: 'list' })}>Agents</a>
    </h1>
    {notificationPermission.value === 'default' && (
      <button
        type="button"
        class="icon-button"
        aria-label="Notify me about questions"
        title="Notify me about questions"
        onClick={() => void requestNotificationPermission()}
      >
        <Icon name="bell" />
      </button>
    )}
    <button
      type="button"
      class="icon-button"
      aria-label={`Colour theme: ${theme.value}`}
      title={`Colour theme: ${theme.value}`}
      onClick={() => {
        theme.value = NEXT_THEME[theme.value];
      }}
    >
      <Icon name={THEME_ICONS[theme.value]} />
    </button>
    <a class="icon-button" href={formatRoute({ page: 'keys' })} aria-label="API keys" title="API keys">
      <Icon name="key" />
    </a>
  </header>
);
