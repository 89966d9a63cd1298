import type { Migration } from '@heliograph/database'
import { departureMigrations } from '@heliograph/departures'

/**
 * What nodes keep of a user goes with his account, in one transaction: subscriptions, affiliations but those of outcasts, or they would be rid of
 * them by taking the name again, and the account's own nodes. What he made at services and published elsewhere stays, as that of the service: whoever
 * takes the name has no hold on it. Each index has its node, so that nothing is read but what may be his; what he published at a node that
 * let in only publishers when he was none any more is still by him.
 *
 * `pubsub_departed`: which nodes knew him, as long as the departure is noted.
 */
export const nodeDepartureMigrations: readonly Migration[] = [
  ...departureMigrations,
  {
    id: '0224_pubsub_departures',
    sql: `
      CREATE INDEX pubsub_nodes_open ON pubsub_nodes (id) WHERE node IS NOT NULL AND config->>'publishModel' = 'open';
      CREATE TABLE pubsub_departed (
        jid         text COLLATE "C" REFERENCES departed_accounts (jid) ON DELETE CASCADE,
        node_id     bigint NOT NULL,
        PRIMARY KEY (jid, node_id)
      );
      CREATE FUNCTION pubsub_user_departed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          published bigint;
        BEGIN
          INSERT INTO pubsub_departed (jid, node_id)
            SELECT NEW.jid, node_id FROM pubsub_subscriptions WHERE bare = NEW.jid
            UNION SELECT NEW.jid, node_id FROM pubsub_affiliations WHERE jid = NEW.jid AND affiliation <> 'outcast'
            UNION SELECT NEW.jid, id FROM pubsub_nodes WHERE creator = NEW.jid AND node IS NOT NULL
            UNION SELECT NEW.jid, id FROM pubsub_nodes WHERE service = NEW.jid AND node IS NOT NULL
            ON CONFLICT DO NOTHING;
          UPDATE pubsub_nodes SET node = NULL, deleted_at = now() WHERE service = NEW.jid AND node IS NOT NULL;
          UPDATE pubsub_nodes SET creator = service WHERE creator = NEW.jid AND node IS NOT NULL;
          FOR published IN
            SELECT node_id FROM pubsub_affiliations WHERE jid = NEW.jid AND affiliation <> 'member'
            UNION SELECT s.node_id FROM pubsub_subscriptions s JOIN pubsub_nodes n ON n.id = s.node_id
              WHERE s.bare = NEW.jid AND n.config->>'publishModel' = 'subscribers'
            UNION SELECT id FROM pubsub_nodes WHERE node IS NOT NULL AND config->>'publishModel' = 'open'
          LOOP
            UPDATE pubsub_items i SET publisher = n.service FROM pubsub_nodes n
              WHERE i.node_id = published AND i.publisher = NEW.jid AND n.id = published AND n.node IS NOT NULL;
          END LOOP;
          DELETE FROM pubsub_subscriptions WHERE bare = NEW.jid;
          DELETE FROM pubsub_affiliations WHERE jid = NEW.jid AND affiliation <> 'outcast';
          RETURN NULL;
        END $$;
      CREATE TRIGGER pubsub_user_departed AFTER INSERT OR UPDATE ON departed_accounts
        FOR EACH ROW EXECUTE FUNCTION pubsub_user_departed();
    `,
  },
]
