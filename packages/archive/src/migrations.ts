import type { Migration } from '@heliograph/database'

/**
 * `id` is the stanza-id: microseconds, growing within an owner's archive. `stream` and `ingress` are the ingress id by which a repetition is
 * recognised; `origin` is the sender's own id of an outgoing message (XEP-0359). A `transient`
 * row is none of the archive's: it waits for its receiver and is removed then.
 */
export const archiveMigrations: readonly Migration[] = [
  {
    id: '0120_archive',
    sql: `
      CREATE TABLE archive (
        owner    text COLLATE "C" NOT NULL,
        id       bigint  NOT NULL,
        peer     text COLLATE "C" NOT NULL,
        outgoing boolean NOT NULL,
        offline  boolean NOT NULL,
        stream   text    NOT NULL,
        ingress  bigint  NOT NULL,
        origin   text,
        stanza   text    NOT NULL,
        PRIMARY KEY (owner, id)
      );
      CREATE INDEX archive_peer ON archive (owner, peer, id);
      CREATE INDEX archive_offline ON archive (owner, id) WHERE offline;
    `,
  },
  {
    // With the default a version that doesn't know the column can write beside one that does.
    id: '0121_archive_peer_resource',
    sql: `ALTER TABLE archive ADD COLUMN peer_resource text NOT NULL DEFAULT '';`,
  },
  {
    // Two addresses of the lengths that RFC 7622 §3 allows are more than an index entry can hold; their hashes also cost less.
    id: '0122_archive_peer_hash',
    sql: `
      DROP INDEX archive_peer;
      CREATE INDEX archive_peer ON archive (owner, hashtextextended(peer, 0), id);
    `,
  },
  {
    id: '0123_archive_transient',
    sql: `ALTER TABLE archive ADD COLUMN transient boolean NOT NULL DEFAULT false;`,
  },
  {
    // One number for owner and peer: small entries that are compared without a collation. No part of an insert cost more than this index.
    id: '0124_archive_peer_number',
    sql: `
      DROP INDEX archive_peer;
      CREATE INDEX archive_peer ON archive (hashtextextended(peer, hashtextextended(owner, 0)), id);
    `,
  },
  {
    // Who removes what is too old, how far it has come, and when it is to begin anew.
    id: '0126_archive_purge',
    sql: `
      CREATE TABLE archive_purge (
        one       boolean PRIMARY KEY DEFAULT true CHECK (one),
        instance  text NOT NULL DEFAULT '',
        until     timestamptz NOT NULL DEFAULT '-infinity',
        position  text COLLATE "C" NOT NULL DEFAULT '',
        next_pass timestamptz NOT NULL DEFAULT '-infinity'
      );
      INSERT INTO archive_purge DEFAULT VALUES;
    `,
  },
  {
    // Who said something in a room: not everybody may know, so it isn't in the stanza.
    id: '0127_archive_author',
    sql: `ALTER TABLE archive ADD COLUMN author text;`,
  },
  {
    // Only of archives of which something else was said than of all.
    id: '0128_archive_retention',
    sql: `
      CREATE TABLE archive_retention (
        owner  text COLLATE "C" PRIMARY KEY,
        given  integer CHECK (given >= 0),
        wished integer CHECK (wished > 0)
      );
    `,
  },
  {
    // A big archive is vacuumed a part at a time, after a purge too, and several parts at once. One that has rows stays whole: moving them
    // would stop its writers. `docs/operations` says how it is done in a maintenance window.
    id: '0129_archive_partitions',
    sql: `
      DO $$
      BEGIN
        LOCK TABLE archive IN ACCESS EXCLUSIVE MODE;
        IF EXISTS (SELECT FROM archive) THEN RETURN; END IF;
        ALTER TABLE archive RENAME TO archive_whole;
        CREATE TABLE archive (LIKE archive_whole INCLUDING DEFAULTS) PARTITION BY HASH (owner);
        DROP TABLE archive_whole;
        ALTER TABLE archive ADD PRIMARY KEY (owner, id);
        CREATE INDEX archive_peer ON archive (hashtextextended(peer, hashtextextended(owner, 0)), id);
        CREATE INDEX archive_offline ON archive (owner, id) WHERE offline;
        FOR part IN 0..15 LOOP
          EXECUTE format('CREATE TABLE archive_%s PARTITION OF archive FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
        END LOOP;
      END $$;
    `,
  },
]
