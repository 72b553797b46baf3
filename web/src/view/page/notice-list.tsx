import { dismissNotice, notices } from '../../store/page/notices.ts';
import { Icon } from '../common/icon.tsx';

export const NoticeList = () => (
  <div class="notices" role="status">
    {notices.value.map(({ id, text, undo }) => (
      <div class="notice" key={id}>
        <span>{text}</span>
        {undo !== null && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              dismissNotice(id);
              undo();
            }}
          >
            Undo
          </button>
        )}
        <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismissNotice(id)}>
          <Icon name="close" />
        </button>
      </div>
    ))}
  </div>
);
