import type { Migration } from '@heliograph/database'
import { departureMigrations } from '@heliograph/departures'

/**
 * `partition` finds the temporary rooms that an owner who died left behind. `listed`, `persistent` and `name` repeat what the
 * configuration says, for the lists. `locked`: made, but not yet configured (XEP-0045 §10.1).
 */
export const roomMigrations: readonly Migration[] = [
  {
    id: '0180_rooms',
    sql: `
      CREATE TABLE rooms (
        jid        text COLLATE "C" PRIMARY KEY,
        domain     text COLLATE "C" NOT NULL,
        partition  smallint NOT NULL,
        creator    text COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        locked     boolean NOT NULL,
        listed     boolean NOT NULL,
        persistent boolean NOT NULL,
        name       text    NOT NULL,
        config     jsonb   NOT NULL,
        subject    text,
        subject_by text,
        subject_at timestamptz,
        vcard      text
      );
      CREATE INDEX rooms_listed ON rooms (domain, jid) WHERE listed AND NOT locked;
      CREATE INDEX rooms_by_creator ON rooms (creator);
      CREATE INDEX rooms_temporary ON rooms (partition) WHERE NOT persistent;
      CREATE TABLE room_affiliations (
        room        text COLLATE "C" NOT NULL REFERENCES rooms (jid) ON DELETE CASCADE,
        jid         text COLLATE "C" NOT NULL,
        affiliation text NOT NULL,
        nick        text,
        reason      text,
        PRIMARY KEY (room, jid)
      );
    `,
  },
  {
    // SHA-1 of the avatar in each of its formats (XEP-0486), so that nobody has to read the vCard to tell it.
    id: '0181_room_avatars',
    sql: "ALTER TABLE rooms ADD COLUMN avatar_hashes text[] NOT NULL DEFAULT '{}'",
  },
  {
    // XEP-0317, and who wears them; null: there are none.
    id: '0182_room_hats',
    sql: 'ALTER TABLE rooms ADD COLUMN hats jsonb',
  },
  {
    // Where rooms are now that were moved: who comes to the old address is told, and nobody makes another there.
    id: '0183_rooms_moved',
    sql: `
      CREATE TABLE rooms_moved (
        jid      text COLLATE "C" PRIMARY KEY,
        moved_to text COLLATE "C" NOT NULL REFERENCES rooms (jid) ON DELETE CASCADE,
        moved_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX rooms_moved_to ON rooms_moved (moved_to);
    `,
  },
  {
    // The room that is being moved here: what was left of a move that failed is known by it when it is tried again.
    id: '0184_room_copies',
    sql: 'ALTER TABLE rooms ADD COLUMN copy_of text',
  },
  {
    // What the version before kept only until everybody had it, and left behind where an instance died: among the last rows of its room, where
    // that version looked for it, too. None that may still be under way.
    id: '0185_room_transient_rows',
    sql: `
      DELETE FROM archive USING rooms CROSS JOIN LATERAL (
          SELECT id, transient FROM archive WHERE owner = rooms.jid ORDER BY id DESC LIMIT 256) AS last
        WHERE archive.owner = rooms.jid AND archive.id = last.id AND last.transient
          AND last.id < (extract(epoch FROM now() - interval '1 minute') * 1000000)::bigint;
    `,
  },
  {
    // MUC/Sub. `partition` finds the rooms that a new owner has to look at though nobody is in them.
    id: '0186_room_subscriptions',
    sql: `
      CREATE TABLE room_subscriptions (
        room      text COLLATE "C" NOT NULL REFERENCES rooms (jid) ON DELETE CASCADE,
        jid       text COLLATE "C" NOT NULL,
        partition smallint NOT NULL,
        nick      text NOT NULL,
        nodes     text[] NOT NULL,
        since     bigint NOT NULL,
        PRIMARY KEY (room, jid)
      );
      CREATE INDEX room_subscriptions_by_user ON room_subscriptions (jid, room);
      CREATE INDEX room_subscriptions_by_partition ON room_subscriptions (partition, room);
    `,
  },
  ...departureMigrations,
  {
    // What rooms keep of a user goes with his account, in one transaction. Bans stay, or he would be rid of them by taking the name again.
    id: '0187_room_departures',
    sql: `
      CREATE INDEX room_affiliations_by_user ON room_affiliations (jid);
      CREATE INDEX rooms_by_wearers ON rooms USING gin ((hats -> 'worn')) WHERE hats IS NOT NULL;
      CREATE FUNCTION room_user_departed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          DELETE FROM room_subscriptions WHERE jid = NEW.jid;
          DELETE FROM room_affiliations WHERE jid = NEW.jid AND affiliation <> 'outcast';
          UPDATE rooms SET hats = hats #- ARRAY['worn', NEW.jid] WHERE hats IS NOT NULL AND hats -> 'worn' ? NEW.jid;
          RETURN NULL;
        END $$;
      CREATE TRIGGER room_user_departed AFTER INSERT OR UPDATE ON departed_accounts
        FOR EACH ROW EXECUTE FUNCTION room_user_departed();
    `,
  },
  {
    // The rooms that he made stay, as their service's: who takes the name may make as many as anybody.
    id: '0188_rooms_of_departed',
    sql: `
      CREATE FUNCTION rooms_creator_departed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE rooms SET creator = domain WHERE creator = NEW.jid;
          RETURN NULL;
        END $$;
      CREATE TRIGGER rooms_creator_departed AFTER INSERT OR UPDATE ON departed_accounts
        FOR EACH ROW EXECUTE FUNCTION rooms_creator_departed();
    `,
  },
]
