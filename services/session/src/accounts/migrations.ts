import type { Migration } from '@heliograph/database'
import { departureMigrations } from '@heliograph/departures'
import { SKELETON_FUNCTION } from './skeleton.ts'

/** Accounts, and the keys that stand for their passwords. Byte order makes paging by address stable. */
export const accountMigrations: readonly Migration[] = [
  {
    id: '0100_accounts',
    sql: `
      CREATE TABLE accounts (
        jid text COLLATE "C" PRIMARY KEY,
        domain text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz
      );
      CREATE INDEX accounts_by_domain ON accounts (domain, jid);
      CREATE TABLE account_scram (
        jid text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
        hash text NOT NULL,
        iterations integer NOT NULL,
        salt bytea NOT NULL,
        stored_key bytea NOT NULL,
        server_key bytea NOT NULL,
        PRIMARY KEY (jid, hash)
      );
      CREATE TABLE account_secret (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        secret bytea NOT NULL
      );
    `,
  },
  {
    id: '0101_former_passwords',
    sql: `
      CREATE TABLE account_former_scram (
        jid text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
        number bigint GENERATED ALWAYS AS IDENTITY,
        iterations integer NOT NULL,
        salt bytea NOT NULL,
        stored_key bytea NOT NULL,
        PRIMARY KEY (jid, number)
      );
    `,
  },
  {
    // Of each installation of a client the token in use, and the next one until that is used (`fresh`). A row holds no token: it is
    // derived from the seed with the secret of accounts.
    id: '0102_account_tokens',
    sql: `
      CREATE TABLE account_tokens (
        jid text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
        client uuid NOT NULL,
        fresh boolean NOT NULL,
        mechanism text NOT NULL,
        seed bytea NOT NULL,
        count bigint NOT NULL DEFAULT -1,
        issued_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (jid, client, fresh)
      );
    `,
  },
  {
    id: '0103_token_agents',
    sql: `
      ALTER TABLE account_tokens ADD COLUMN software text NOT NULL DEFAULT '';
      ALTER TABLE account_tokens ADD COLUMN device text NOT NULL DEFAULT '';
    `,
  },
  {
    id: '0104_names',
    sql: `
      CREATE TABLE removed_accounts (
        jid text COLLATE "C" PRIMARY KEY,
        removed_at timestamptz NOT NULL DEFAULT now()
      );
      ${SKELETON_FUNCTION}
      CREATE INDEX accounts_by_skeleton ON accounts (domain, account_skeleton(split_part(jid, '@', 1)));
    `,
  },
  ...departureMigrations,
]
