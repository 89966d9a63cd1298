import type { Migration } from '@heliograph/database'

/** A row for each slot that was given, until its file is gone and it no longer counts. `look_at`: when the caretaker has to do with it next. */
export const uploadMigrations: readonly Migration[] = [
  {
    id: '0170_uploads',
    sql: `
      CREATE TABLE uploads (
        key        text COLLATE "C" PRIMARY KEY,
        owner      text COLLATE "C" NOT NULL,
        profile    boolean     NOT NULL,
        size       bigint      NOT NULL,
        created_at timestamptz NOT NULL,
        settled_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        look_at    timestamptz NOT NULL,
        confirmed  boolean     NOT NULL DEFAULT false
      );
      CREATE INDEX uploads_by_owner ON uploads (owner, profile);
      CREATE INDEX uploads_to_look_at ON uploads (look_at);
    `,
  },
]
