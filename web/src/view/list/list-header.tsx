import { useSignal } from '@preact/signals';
import { formatRoute } from '../../model/route.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import { dashboard } from '../../store/agents/dashboard.ts';
import { type Theme, theme } from '../../store/page/theme.ts';
import { Icon, type IconName } from '../common/icon.tsx';
import { SignOutButton } from '../sign-in/sign-out-button.tsx';
import { StopAllDialog } from './stop-all-dialog.tsx';

const NEXT_THEME: { readonly [T in Theme]: Theme } = { system: 'light', light: 'dark', dark: 'system' };
const THEME_ICONS: { readonly [T in Theme]: IconName } = { system: 'auto', light: 'sun', dark: 'moon' };

export const ListHeader = () => (
  <header class="list-head">
    <h1>
      <a href={formatRoute({ page: 'list' })}>Agents</a>
    </h1>
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
    <StopAllButton />
    <a
      class="icon-button"
      href={formatRoute({ page: 'notifications' })}
      aria-label="Notifications"
      title="Notifications"
    >
      <Icon name="bell" />
    </a>
    <a class="icon-button" href={formatRoute({ page: 'keys' })} aria-label="API keys" title="API keys">
      <Icon name="key" />
    </a>
    <SignOutButton isIcon />
  </header>
);

/** Shown while an agent of the list has not ended. */
function StopAllButton() {
  const isDialogOpen = useSignal(false);
  const instances = [...dashboard.value.instances.values()];
  const isRunning = instances.some((instance) => statusGroupOf(instance) !== 'ended');
  if (!isRunning && !isDialogOpen.value) return null;
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label="Stop all agents"
        title="Stop all agents"
        onClick={() => {
          isDialogOpen.value = true;
        }}
      >
        <Icon name="stop" />
      </button>
      {isDialogOpen.value && (
        <StopAllDialog
          onClose={() => {
            isDialogOpen.value = false;
          }}
        />
      )}
    </>
  );
}
