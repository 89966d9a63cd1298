import type { Migration } from '@heliograph/database'

/**
 * What users say of themselves, and what their clients keep for them. Of a vCard the hash of its photo and the searched fields stand apart:
 * `shown` as written (first, last, nick, e-mail), the others in lower case.
 */
export const profileMigrations: readonly Migration[] = [
  {
    id: '0150_private_xml',
    sql: `
      CREATE TABLE private_xml (
        owner text COLLATE "C" NOT NULL,
        name  text COLLATE "C" NOT NULL,
        xml   text NOT NULL,
        PRIMARY KEY (owner, name)
      );
    `,
  },
  {
    id: '0151_vcards',
    sql: `
      CREATE TABLE vcards (
        owner  text COLLATE "C" PRIMARY KEY,
        domain text COLLATE "C" NOT NULL,
        xml    text   NOT NULL,
        photo  text   NOT NULL,
        shown  text[] NOT NULL,
        first  text COLLATE "C" NOT NULL,
        last   text COLLATE "C" NOT NULL,
        nick   text COLLATE "C" NOT NULL,
        email  text COLLATE "C" NOT NULL
      );
      CREATE INDEX vcards_first ON vcards (first) WHERE first <> '';
      CREATE INDEX vcards_last ON vcards (last) WHERE last <> '';
      CREATE INDEX vcards_nick ON vcards (nick) WHERE nick <> '';
      CREATE INDEX vcards_email ON vcards (email) WHERE email <> '';
    `,
  },
]
