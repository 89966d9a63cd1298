import type { Migration } from '@heliograph/database'

export const preferencesMigrations: readonly Migration[] = [
  {
    // Only of those who have changed theirs.
    id: '0125_archive_preferences',
    sql: `
      CREATE TABLE archive_preferences (
        owner       text COLLATE "C" PRIMARY KEY,
        preferences text NOT NULL
      );
    `,
  },
]
