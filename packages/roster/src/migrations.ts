import type { Migration } from '@heliograph/database'

/**
 * What users say of others: each service that goes by it makes sure that the tables are there, whichever starts first. A removed item stays
 * as a mark, so that a client with an older version learns of the removal (RFC 6121 §2.6).
 */
export const rosterMigrations: readonly Migration[] = [
  {
    id: '0110_roster',
    sql: `
      CREATE TABLE roster (
        owner        text COLLATE "C" NOT NULL,
        contact      text COLLATE "C" NOT NULL,
        version      bigint  NOT NULL,
        removed      boolean NOT NULL DEFAULT false,
        listed       boolean NOT NULL,
        name         text    NOT NULL,
        groups       text[]  NOT NULL,
        subscription text    NOT NULL,
        ask          boolean NOT NULL,
        approved     boolean NOT NULL,
        request      text    NOT NULL,
        PRIMARY KEY (owner, contact)
      );
      CREATE INDEX roster_version ON roster (owner, version);
    `,
  },
  // One row for each who blocks anybody: lists are short, and read as a whole.
  {
    id: '0140_block_lists',
    sql: `
      CREATE TABLE block_lists (
        owner text COLLATE "C" PRIMARY KEY,
        jids  text[] NOT NULL
      );
    `,
  },
]
