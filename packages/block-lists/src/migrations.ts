import type { Migration } from '@heliograph/database'

export const blockListMigrations: readonly Migration[] = [
  {
    id: '0230_listed_addresses',
    sql: `
      CREATE TABLE listed_addresses (
        list text COLLATE "C" NOT NULL,
        hash text COLLATE "C" NOT NULL,
        PRIMARY KEY (list, hash)
      );
    `,
  },
]
