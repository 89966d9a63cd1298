import type { Migration } from '@heliograph/database'

/** `pair`: the domains, ours first. `trail`: JSON of a `Trail`. `seq` is the place in its order, and in microseconds the time at which it was taken. `ingress`: by what it is known when it comes again. */
export const queueMigrations: readonly Migration[] = [
  {
    id: '0230_s2s_queue',
    sql: `
      CREATE TABLE s2s_queue (
        partition bigint NOT NULL,
        pair        text COLLATE "C" NOT NULL,
        seq         bigint NOT NULL,
        ingress     text NOT NULL,
        stanza      text NOT NULL,
        PRIMARY KEY (partition, pair, seq)
      );
    `,
  },
  {
    id: '0231_s2s_trails',
    sql: `
      CREATE TABLE s2s_trails (
        partition bigint NOT NULL,
        pair        text COLLATE "C" NOT NULL,
        trail       text NOT NULL,
        PRIMARY KEY (partition, pair)
      );
    `,
  },
]
