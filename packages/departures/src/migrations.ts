import type { Migration } from '@heliograph/database'

/** For an hour; see {@link NOTE_DEPARTED}. */
export const departureMigrations: readonly Migration[] = [
  {
    id: '0106_departed_accounts',
    sql: `
      CREATE TABLE departed_accounts (
        jid         text COLLATE "C" PRIMARY KEY,
        departed_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX departed_accounts_by_time ON departed_accounts (departed_at);
    `,
  },
]
