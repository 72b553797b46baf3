import type { SelectQueryBuilder } from 'kysely';
import type { UserId } from '../../../../domain/ids.ts';
import type { Destination } from '../../../../domain/notification/destination.ts';
import { NO_SETTINGS, type NotificationSettings } from '../../../../domain/notification/settings.ts';
import { watchesSilence } from '../../../../domain/notification/silence.ts';
import type { Database } from '../../database/database.ts';
import type { TableRows, Tables } from '../../database/tables.ts';
import type { Row } from '../../schema/columns.ts';
import type { NotificationSettingsRow, StoredDestination } from '../../schema/entities.ts';
import { asJson, timeOf } from './json-times.ts';

type SettingsRow = Row<typeof NotificationSettingsRow>;

/** Selects the settings of a user: one row, or none. */
export const selectSettings = (
  tables: Tables,
  userId: UserId,
): SelectQueryBuilder<TableRows, 'notification_settings', SettingsRow> =>
  tables.selectFrom('notification_settings').selectAll().where('userId', '=', userId);

export async function readSettings(database: Database, userId: UserId): Promise<NotificationSettings> {
  const [row] = await database.execute([userId], (tables) => selectSettings(tables, userId));
  return row === undefined ? NO_SETTINGS : settingsOf(row);
}

export const settingsOf = ({ destinations, rules, activeUntil }: SettingsRow): NotificationSettings => ({
  destinations: destinations.map(destinationOf),
  rules,
  activeUntil,
});

const destinationOf = ({ changedAt, ...json }: StoredDestination): Destination => ({
  ...json,
  createdAt: new Date(json.createdAt),
  changedAt: new Date(changedAt ?? json.createdAt),
  verifiedAt: timeOf(json.verifiedAt),
  failingSince: timeOf(json.failingSince),
});

/** Saves the settings, without the time until which the user counts as active. */
export async function saveSettings(
  tables: Tables,
  userId: UserId,
  settings: NotificationSettings,
  isNew: boolean,
): Promise<void> {
  const { destinations, rules } = settings;
  const columns = {
    watchesSilence: watchesSilence(settings),
    destinations: destinations.map(asJson),
    destinationCount: destinations.length,
    rules,
  };
  // No upsert: if another process has just made the row, the insert must fail, so that the next attempt reads
  // the row before it decides.
  if (isNew)
    await tables
      .insertInto('notification_settings')
      .values({ userId, ...columns })
      .execute();
  else await tables.updateTable('notification_settings').set(columns).where('userId', '=', userId).execute();
}

/** Moves the time until which the user counts as active, if it is later than the stored one. */
export const noteActive = (database: Database, userId: UserId, activeUntil: Date): Promise<unknown> =>
  database.execute([userId], (tables) =>
    tables
      .updateTable('notification_settings')
      .set({ activeUntil })
      .where('userId', '=', userId)
      .where(({ eb, or }) => or([eb('activeUntil', 'is', null), eb('activeUntil', '<', activeUntil)])),
  );
